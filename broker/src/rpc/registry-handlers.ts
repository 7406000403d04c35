import { access } from './access.js';
import * as manifest from './convert-manifest.js';
import * as registry from './convert-registry.js';
import type { EdgeCommands } from './edge-commands.js';
import type { Handlers } from './handler-table.js';
import type { MakeUnary } from './unary-method.js';

/** The calls of RegistryService, whose messages may be large. */
export function registryHandlers(
  method: MakeUnary,
  commands: EdgeCommands,
  bytesMax: number,
): Handlers['registry'] {
  return {
    createJoinToken: method(access.registry.createJoinToken, {
      bytesMax,
      read: registry.readCreateJoinToken,
      run: commands.createJoinToken,
      write: registry.writeCreateJoinToken,
    }),
    planManifest: method(access.registry.planManifest, {
      bytesMax,
      read: manifest.readPlanManifest,
      run: commands.planManifest,
      write: manifest.writePlanManifest,
    }),
    applyManifest: method(access.registry.applyManifest, {
      bytesMax,
      read: manifest.readApplyManifest,
      run: commands.applyManifest,
      write: manifest.writeApplyManifest,
    }),
    listManifestVersions: method(access.registry.listManifestVersions, {
      bytesMax,
      read: manifest.readListVersions,
      run: commands.listManifestVersions,
      write: manifest.writeListVersions,
    }),
    getManifest: method(access.registry.getManifest, {
      bytesMax,
      read: manifest.readGetManifest,
      run: commands.getManifest,
      write: manifest.writeGetManifest,
    }),
  };
}
