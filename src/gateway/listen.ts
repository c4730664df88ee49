/** Listening on this computer only, with a refusal as data. */
import type { Server } from 'node:http';
import { fail, ok, type Result } from '../contracts/base/result';
import { errorCode } from '../contracts/base/error-code';

/** Listens on 127.0.0.1; the value is the port (a free one for 0). */
export function listenOnLoopback(server: Server, port: number): Promise<Result<number>> {
  return new Promise((resolve) => {
    server.once('error', (error) => {
      const code = errorCode(error) ?? '';
      if (code === 'EADDRINUSE')
        resolve(
          fail(
            'port-taken',
            `Port ${port} on this computer is taken by another program; choose another port or end that program.`,
            'retry',
          ),
        );
      else if (code === 'EACCES')
        resolve(fail('invalid-input', `This user may not listen on port ${port}; choose a port above 1023.`));
      else
        resolve(
          fail('gateway-unavailable', 'The practice gateway could not listen on 127.0.0.1.', 'retry', {
            details: code,
          }),
        );
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      resolve(ok(address !== null && typeof address === 'object' ? address.port : port));
    });
  });
}

/** Stops listening and cuts what is still connected. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
