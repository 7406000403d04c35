import type { Session } from '@creance/sdk';
import type { SeenRequest } from '../stage/loopback.js';
import type { Mail } from '../stage/mail.js';
import type { AdapterStage } from '../stage/stage.js';

/** What the tools of an agent do: read over HTTP, send over gRPC, or ask for what is not granted. */
export type ToolName = 'readContacts' | 'sendMail' | 'eraseContacts';

/** An agent of a framework, with a scripted model, that runs by a session. */
export interface FrameworkAgent {
  /** One run, in which the model calls this tool. Gives the tool's answer, or throws its error. */
  run(tool: ToolName): Promise<string>;
  /** Everything that the model, its messages and the records of the run have seen. */
  shown(): string;
}

/** The services that the tools of one framework's agents ask. */
export interface FrameworkPlace {
  /** What came in over HTTP. */
  readonly seen: readonly SeenRequest[];
  agent(session: Session): Promise<FrameworkAgent>;
}

/** One adapter under test. */
export interface Framework {
  readonly name: string;
  /** Names of the spans of a run, from the tool's request up to, and without, the run. */
  readonly spans: { readonly http: readonly string[]; readonly grpc: readonly string[] };
  /** The same where GenAI spans are asked for. */
  readonly genAi: { readonly http: readonly string[]; readonly grpc: readonly string[] };
  open(stage: AdapterStage, mail: Mail): Promise<FrameworkPlace>;
}
