/** The tool that a message of JSON-RPC calls, whatever stands for its name; none for other messages. */
export function toolOf(message: unknown): unknown[] {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } };
  return method === 'tools/call' ? [params?.name] : [];
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
