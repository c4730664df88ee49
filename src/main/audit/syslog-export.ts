/**
 * Sends every line of the audit log to the syslog receiver that the admin's policy names, over TLS (RFC 5425). While it can't be reached lines wait; they
 * hold nothing up by themselves. Syslog has no receipts: what the operating system took and a broken connection lost is lost.
 */
import { isIP } from 'node:net';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import type { AuditEntry } from '../../contracts/audit/audit';
import type { AuditExportTarget } from '../../contracts/policy/managed-policy';
import type { Clock } from '../base/clock';
import { framed, syslogMessage, type SyslogSender } from './syslog-message';
import { errorCode } from '../../contracts/base/error-code';

/** Lines that wait at most; the ones that come then are counted. */
export const MOST_WAITING = 10_000;
const CONNECT_WITHIN_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** How long somebody who must know waits for lines that are on their way. */
const SETTLED_WITHIN_MS = 3_000;
const KEEP_ALIVE_MS = 30_000;
const MOST_AT_ONCE = 100;

export interface SyslogExportPorts {
  readonly clock: Clock;
  /** Less than 1. */
  readonly random: () => number;
  readonly sender: SyslogSender;
  /** PEM certificates of the authorities that are trusted for this target. Rejects as the disk does. */
  readonly authorities: (target: AuditExportTarget) => Promise<readonly string[]>;
  readonly maxWaiting?: number;
  /** So many lines never left. */
  readonly onLost: (count: number) => void;
  /** What `problem` answers has changed. */
  readonly onProblem: () => void;
}

export interface SyslogExport {
  readonly send: (entry: AuditEntry) => void;
  /** Null: nowhere. Lines that wait go to the new one. */
  readonly setTarget: (target: AuditExportTarget | null) => void;
  /** Why nothing gets through, as a code; null: it does, or nothing was tried. */
  readonly problem: () => { readonly code: string; readonly waiting: number } | null;
  /** True when all that was sent so far has left; false when it has not within some seconds, or nothing gets through. */
  readonly settled: () => Promise<boolean>;
  /** Lets what waits leave within `ms`, then closes the connection; the value is how many did not. */
  readonly stop: (ms: number) => Promise<number>;
}

export function createSyslogExport({
  clock,
  random,
  sender,
  authorities,
  maxWaiting = MOST_WAITING,
  onLost,
  onProblem,
}: SyslogExportPorts): SyslogExport {
  let target: AuditExportTarget | null = null;
  /** As they are sent; the first `flying` are given to the socket and not taken by the system yet. */
  let queue: string[] = [];
  let flying = 0;
  let count = 0;
  let lost = 0;
  let socket: TLSSocket | null = null;
  let isUp = false;
  let isStopped = false;
  let problem: string | null = null;
  let failures = 0;
  let cancelRetry: (() => void) | null = null;
  /** Grows with each connection, so that what an old one says is not heard. */
  let generation = 0;
  let watchers: (() => void)[] = [];

  const changed = (): void => {
    const told = watchers;
    watchers = [];
    told.forEach((tell) => tell());
  };
  const setProblem = (code: string | null): void => {
    const isNew = (code === null) !== (problem === null);
    problem = code;
    if (isNew) onProblem();
    changed();
  };
  const drop = (): void => {
    generation += 1;
    socket?.destroy();
    socket = null;
    isUp = false;
    flying = 0;
  };

  const pump = (): void => {
    if (!isUp || socket === null || flying > 0) return;
    if (queue.length === 0) {
      changed();
      return;
    }
    const mine = generation;
    const batch = queue.slice(0, MOST_AT_ONCE);
    flying = batch.length;
    socket.write(batch.join(''), (error) => {
      // What a broken connection did not take goes again, with the numbers that it had.
      if (mine !== generation || error instanceof Error) return;
      queue = queue.slice(flying);
      flying = 0;
      if (lost > 0 && queue.length < maxWaiting) {
        const told = lost;
        lost = 0;
        onLost(told);
      }
      pump();
    });
  };

  const broken = (code: string): void => {
    drop();
    failures += 1;
    setProblem(code);
    if (isStopped || target === null) return;
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)) * (1 - random() / 2);
    cancelRetry = clock.after(wait, () => {
      cancelRetry = null;
      void connect();
    });
  };

  const connect = async (): Promise<void> => {
    if (target === null || isStopped || socket !== null) return;
    generation += 1;
    const mine = generation;
    const { host, port } = target;
    let ca: readonly string[];
    try {
      ca = await authorities(target);
    } catch (cause) {
      if (mine === generation) broken(errorCode(cause) ?? 'unknown error');
      return;
    }
    if (mine !== generation) return;
    let made: TLSSocket;
    try {
      made = tlsConnect({
        host,
        port,
        // The whole list, so that no variable of the environment adds to it; and said aloud, since one could switch the check off.
        ca: [...ca],
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        ...(isIP(host) === 0 ? { servername: host } : {}),
      });
    } catch (cause) {
      // An authority that is no certificate.
      broken(errorCode(cause) ?? 'unknown error');
      return;
    }
    socket = made;
    made.setKeepAlive(true, KEEP_ALIVE_MS);
    const end = (code: string): void => {
      cancelTimer();
      if (mine === generation) broken(code);
    };
    const cancelTimer = clock.after(CONNECT_WITHIN_MS, () => end('slow'));
    made.on('secureConnect', () => {
      if (mine !== generation) return;
      cancelTimer();
      isUp = true;
      failures = 0;
      setProblem(null);
      pump();
    });
    made.on('error', (error) => end(errorCode(error) ?? 'unknown error'));
    made.on('close', () => end('closed'));
    // Receivers say nothing; what they say all the same is not kept.
    made.resume();
  };

  const until = (isDone: () => boolean, ms: number): Promise<boolean> =>
    new Promise((resolve) => {
      let isOver = false;
      const end = (value: boolean): void => {
        if (isOver) return;
        isOver = true;
        cancel();
        resolve(value);
      };
      const cancel = clock.after(ms, () => end(isDone()));
      const look = (): void => {
        if (isDone()) end(true);
        else if (!isOver) watchers.push(look);
      };
      look();
    });
  const isEmpty = (): boolean => target === null || queue.length === 0;
  const isBroken = (): boolean => problem !== null;
  const hasLeft = (): boolean => target === null || (isUp && queue.length === 0);

  return {
    send: (entry) => {
      if (target === null || isStopped) return;
      if (queue.length >= maxWaiting) {
        lost += 1;
        return;
      }
      count += 1;
      queue.push(framed(syslogMessage(entry, sender, count)));
      pump();
    },
    setTarget: (wanted) => {
      if (JSON.stringify(wanted) === JSON.stringify(target)) return;
      cancelRetry?.();
      cancelRetry = null;
      drop();
      target = wanted;
      failures = 0;
      if (wanted === null) queue = [];
      setProblem(null);
      void connect();
    },
    problem: () => (problem === null ? null : { code: problem, waiting: queue.length + lost }),
    settled: async () => {
      if (isBroken()) return false;
      await until(() => isBroken() || hasLeft(), SETTLED_WITHIN_MS);
      return !isBroken() && hasLeft() && lost === 0;
    },
    stop: async (ms) => {
      if (!isBroken()) await until(() => isBroken() || isEmpty(), ms);
      isStopped = true;
      cancelRetry?.();
      const left = queue.length + lost;
      queue = [];
      generation += 1;
      // With close_notify (RFC 5425 section 4.4).
      socket?.end();
      socket?.unref();
      socket = null;
      target = null;
      return left;
    },
  };
}
