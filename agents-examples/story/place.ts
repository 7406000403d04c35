import { parseArgs } from 'node:util';

/** Where the story is played. */
export interface Place {
  readonly data: string;
  /** `host:port` of the broker; port 0 takes a free one. */
  readonly listen: string;
  /** Where the contacts service is reached, through the proxy; 0 takes a free one. */
  readonly port: number;
}

/** The story as somebody wants it. */
export interface StoryAsk extends Place {
  /** End after the story. */
  readonly once: boolean;
}

/** How the story is started. */
export const usage = `usage: npm start [-- options]
  --once                end after the story
  --data <folder>       where the broker keeps its data (./creance-data)
  --listen <host:port>  where the broker listens, port 0 takes a free one (127.0.0.1:7420)
  --port <n>            where the contacts service listens, 0 takes a free one (7430)
The HTTP door of the broker takes port 7421, or a free one where somebody has that.`;

const portMax = 65_535;

/** Reads the arguments; `help` when they ask for it, and what is wrong with them as a sentence. */
export function readAsk(args: readonly string[]): StoryAsk | 'help' | { readonly fault: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        data: { type: 'string', default: './creance-data' },
        listen: { type: 'string', default: '127.0.0.1:7420' },
        port: { type: 'string', default: '7430' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { help, port, ...ask } = values;
    if (help) return 'help';
    if (!isPort(port)) return { fault: `--port ${port} is no port` };
    if (!isPort(placeOf(ask.listen).port))
      return { fault: `--listen ${ask.listen} is no host:port` };
    return { ...ask, port: Number(port) };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}

/** Host and port of `host:port`; the port as text. */
export function placeOf(listen: string): { readonly host: string; readonly port: string } {
  const [, host = '', port = ''] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(listen) ?? [];
  return { host, port };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= portMax;
}
