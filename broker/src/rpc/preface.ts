import type { Duplex } from 'node:stream';

/** What every HTTP/2 client sends first (RFC 9113 §3.4). */
export const clientPreface: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/**
 * Waits until so many bytes have come and gives them; they stay in the socket for whoever reads it next.
 * Never settles when the socket ends before: whoever waits holds a timer.
 */
export function peek(socket: Duplex, bytes: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const look = () => {
      if (socket.readableLength < bytes) {
        // Asks for more without taking any: otherwise the event does not come again.
        socket.read(0);
        return;
      }
      socket.removeListener('readable', look);
      const head: Buffer = socket.read();
      socket.unshift(head);
      resolve(head.subarray(0, bytes));
    };
    socket.on('readable', look);
  });
}
