/** rtpengine in user space: joins WebRTC to plain RTP. */
import { connect } from 'node:net';
import { startLabProcess, waitFor, type LabProcess } from './lab-process';
import type { LabPorts } from './ports';

export interface Rtpengine {
  readonly process: LabProcess;
  /** Media sessions that it holds now. */
  readonly sessions: () => Promise<number>;
}

/** One command on its CLI port. */
function ask(address: string, port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, address, () => socket.write(`${command}\n`));
    socket.setEncoding('utf8');
    socket.on('data', (text) => (answer += String(text)));
    socket.once('end', () => resolve(answer));
    socket.once('error', reject);
  });
}

/** Starts it on the lab's ports; resolves when it answers. */
export async function startRtpengine(folder: string, address: string, ports: LabPorts): Promise<Rtpengine> {
  const labProcess = await startLabProcess(folder, 'rtpengine', 'rtpengine', [
    ...[
      '--config-file=none',
      '--table=-1',
      '--foreground',
      '--log-stderr',
      `--interface=${address}`,
      `--listen-ng=${address}:${ports.rtpengineNg}`,
      `--listen-cli=${address}:${ports.rtpengineCli}`,
    ],
    ...[
      `--port-min=${ports.media[0]}`,
      `--port-max=${ports.media[1]}`,
      '--timeout=60',
      '--delete-delay=0',
      '--num-threads=2',
      '--log-level=6',
    ],
  ]);
  const sessions = async (): Promise<number> => {
    const answer = await ask(address, ports.rtpengineCli, 'list numsessions');
    const count = /Current sessions total: (\d+)/.exec(answer)?.[1] ?? /(\d+)/.exec(answer)?.[1];
    if (count === undefined) throw new Error(`rtpengine answered: ${answer}`);
    return Number(count);
  };
  await waitFor('it answered', labProcess, () =>
    sessions().then(
      () => true,
      () => false,
    ),
  );
  return { process: labProcess, sessions };
}
