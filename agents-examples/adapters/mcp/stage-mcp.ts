import type { Session } from '@creance/sdk';
import type { Verifier } from '@creance/verifier';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { type Loopback, openLoopback } from '../stage/loopback.js';
import type { AdapterStage } from '../stage/stage.js';
import type { McpAuthOptions } from './client.js';
import { creanceMcp, type McpHandler, type McpServerOptions } from './server.js';

/** Tools that answer at once; `watch_contacts` never does. */
export const toolNames = [
  'read_contacts',
  'export_contacts',
  'erase_contacts',
  'unlisted',
] as const;

/** What the server asks. */
export const plan: McpServerOptions = {
  scopes: ['contacts:read'],
  tools: {
    read_contacts: ['contacts:read'],
    export_contacts: ['contacts:export'],
    erase_contacts: ['contacts:erase'],
    watch_contacts: ['contacts:read'],
    send_mail: ['contacts:read'],
  },
  bodyBytesMax: 10_000,
};

/** What the tools of a server were told and did. */
export class Notes {
  /** What each request told its server: the caller and the headers, as JSON. */
  readonly told: string[] = [];
  readonly answered: string[] = [];
  /** What the tool `send_mail` does, by the server's own session. */
  sendMail: () => Promise<string> = async () => 'there is no mail';
  /** One for each watch: resolves when it was ended. */
  readonly watchEnds: Promise<void>[] = [];
  #waiting: (() => void)[] = [];

  answer(name: string): ToolText {
    this.answered.push(name);
    return text(`${name} done`);
  }

  async send(): Promise<ToolText> {
    return text(await this.sendMail());
  }

  async watch(signal: AbortSignal): Promise<ToolText> {
    const ended = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.watchEnds.push(ended);
    for (const begun of this.#waiting.splice(0)) begun();
    await ended;
    return text('nobody reads this');
  }

  /** Resolves when the next watch has begun. */
  watching(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }
}

interface ToolText {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
}

function text(words: string): ToolText {
  return { content: [{ type: 'text', text: words }] };
}

/** An MCP server behind the adapter, on loopback. */
export interface McpService extends Loopback {
  readonly url: URL;
  readonly notes: Notes;
}

/** A client of it. */
export interface McpAgent {
  call(tool: string, signal?: AbortSignal): Promise<unknown>;
}

/** Server and client of one version of the SDK. */
export interface McpStage {
  serve(stage: AdapterStage): Promise<McpService>;
  /** Whether an error is the one of a call whose token lacks `contacts:export`. */
  lacksExport(error: unknown): boolean;
  connect(stage: AdapterStage, session: Session, options: McpAuthOptions): Promise<McpAgent>;
}

/** A place for a server, and its verifier. */
export async function openService(
  stage: AdapterStage,
): Promise<{ loopback: Loopback; verifier: Verifier }> {
  const loopback = await openLoopback(stage);
  return { loopback, verifier: await stage.verifier('crm', loopback.origin) };
}

/** Puts a handler of either version behind the adapter, at the place. */
export function serveMcp(
  { loopback, verifier }: { readonly loopback: Loopback; readonly verifier: Verifier },
  handler: McpHandler,
  notes: Notes,
): McpService {
  const node = toNodeHandler(creanceMcp(verifier, plan, handler));
  loopback.serve((request, response) => node(request as Parameters<typeof node>[0], response));
  return { ...loopback, url: new URL('/mcp', loopback.origin), notes };
}
