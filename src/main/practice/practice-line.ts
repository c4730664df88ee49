/** Keeps the practice gateway running in a process of its own: starts it, gives it the keys, starts it again when it dies. */
import { z } from 'zod';
import { failureSchema } from '../../contracts/base/result-schema';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { PRACTICE_AUDIENCE, PRACTICE_DOMAIN, PRACTICE_ISSUER } from '../profiles/practice-profile';
import type { Secret } from '../secrets/secret';

/** The gateway's process as main sees it. */
export interface GatewayProcess {
  readonly post: (message: unknown) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  readonly onExit: (listener: (code: number) => void) => void;
  readonly kill: () => void;
}

/** What the gateway verifies with. */
export interface PracticeKeys {
  readonly active: Secret;
  readonly next: Secret | null;
}

export interface PracticeLine {
  readonly start: () => void;
  /** Where it listens, with the newest keys; waits for it up to 8 s. Fails with `gateway-unavailable`, or as the gateway or the keys say. */
  readonly url: () => Promise<Result<string>>;
  /** The keys changed: the gateway gets the new ones, in the order of the changes. Resolves when they are sent. */
  readonly refreshKeys: () => Promise<void>;
  /** Asks the gateway to close, and ends it when it takes longer than a second. */
  readonly stop: () => Promise<void>;
}

export interface PracticeLinePorts {
  readonly fork: () => GatewayProcess;
  readonly keys: () => Promise<Result<PracticeKeys>>;
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly log: Log;
  /** Called each time the gateway listens (again), with its URL. */
  readonly onListening: (url: string) => void;
}

const said = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening'), url: z.string().max(500), domain: z.string() }),
  z.object({ type: z.literal('failed'), failure: failureSchema }),
  z.object({ type: z.literal('log'), line: z.string() }),
]);

/** Every presentation: on this line an admin may try each of them. */
const PRACTICE_ACCEPTS = ['query', 'subprotocol', 'bearer', 'digest', 'main-injected'] as const;
const WAIT_FOR_URL_MS = 8_000;
const CLOSE_WITHIN_MS = 1_000;
const FIRST_RESTART_MS = 200;
const LONGEST_RESTART_MS = 5_000;
/** A gateway that listened this long is healthy: the next death starts the back-off anew, ms. */
const HEALTHY_AFTER_MS = 10_000;

const starting = (): { readonly ok: false; readonly failure: Failure } =>
  fail(
    'gateway-unavailable',
    'The gateway of the Practice line does not answer yet. Ringfence keeps starting it; try again in a moment.',
    'retry',
  );

const exposed = ({ active, next }: PracticeKeys): { active: string; next?: string } => {
  const text = (secret: Secret): string => secret.use((bytes) => Buffer.from(bytes).toString('utf8'));
  return { active: text(active), ...(next === null ? {} : { next: text(next) }) };
};

const portOf = (url: string): number => Number(new URL(url).port);

export function createPracticeLine({ fork, keys, clock, random, log, onListening }: PracticeLinePorts): PracticeLine {
  let current: { readonly process: GatewayProcess; readonly since: number } | null = null;
  let listeningAt: string | null = null;
  let lastFailure: Failure | null = null;
  /** The port of last time: who was registered finds the gateway again. 0: any. */
  let port = 0;
  let failures = 0;
  /** The keys changed after the starting gateway was given them. */
  let keysAreStale = false;
  let stopping = false;
  let waiting: (() => void)[] = [];
  /** Reading keys takes a while: those of one change must not arrive after those of the next. */
  let refreshing: Promise<void> = Promise.resolve();

  const listeningUrl = (): string | null => listeningAt;
  const wakeWaiting = (): void => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };

  const hear = (process: GatewayProcess, message: unknown): void => {
    const parsed = said.safeParse(message);
    if (!parsed.success || current?.process !== process) return;
    if (parsed.data.type === 'log') {
      log.info(`practice gateway: ${parsed.data.line}`);
      return;
    }
    if (parsed.data.type === 'failed') {
      lastFailure = parsed.data.failure;
      if (lastFailure.reason === 'port-taken') port = 0;
      log.warn(`practice gateway: ${lastFailure.sentence}`);
      process.kill();
      return;
    }
    listeningAt = parsed.data.url;
    lastFailure = null;
    port = portOf(listeningAt);
    log.info(`practice gateway listens at ${listeningAt}`);
    onListening(listeningAt);
    wakeWaiting();
    if (keysAreStale) void refreshKeys();
  };

  const sendKeys = async (): Promise<void> => {
    const target = current?.process;
    keysAreStale = listeningAt === null;
    if (target === undefined || keysAreStale) return;
    const found = await keys();
    if (found.ok && current?.process === target) target.post({ type: 'set-keys', keys: exposed(found.value) });
  };
  const refreshKeys = (): Promise<void> => (refreshing = refreshing.then(sendKeys));

  const launch = (): void => {
    if (stopping) return;
    // The process starts while the keychain is asked.
    const process = fork();
    current = { process, since: clock.monotonic() };
    process.onMessage((message) => hear(process, message));
    process.onExit((code) => {
      if (current?.process !== process) return;
      const lived = clock.monotonic() - current.since;
      current = null;
      listeningAt = null;
      if (stopping) return;
      failures = lived > HEALTHY_AFTER_MS ? 1 : failures + 1;
      const wait = Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** (failures - 1)) * (1 - random() / 2);
      log.warn(`practice gateway ended with code ${code}; it starts again in ${Math.round(wait)} ms`);
      clock.after(wait, launch);
    });
    void keys().then((found) => {
      if (current?.process !== process) return;
      if (!found.ok) {
        lastFailure = found.failure;
        process.kill();
        return;
      }
      const options = {
        port,
        domain: PRACTICE_DOMAIN,
        keys: exposed(found.value),
        issuer: PRACTICE_ISSUER,
        audience: PRACTICE_AUDIENCE,
        accepts: PRACTICE_ACCEPTS,
      };
      process.post({ type: 'start', options });
    });
  };

  return {
    start: launch,
    url: async () => {
      await refreshing;
      const url = listeningUrl();
      if (url !== null) return ok(url);
      await new Promise<void>((resolve) => {
        const cancel = clock.after(WAIT_FOR_URL_MS, resolve);
        waiting.push(() => {
          cancel();
          resolve();
        });
      });
      const later = listeningUrl();
      if (later !== null) return ok(later);
      return lastFailure === null ? starting() : { ok: false, failure: lastFailure };
    },
    refreshKeys,
    stop: async () => {
      stopping = true;
      wakeWaiting();
      const process = current?.process;
      if (process === undefined) return;
      await new Promise<void>((resolve) => {
        const cancel = clock.after(CLOSE_WITHIN_MS, () => {
          process.kill();
          resolve();
        });
        process.onExit(() => {
          cancel();
          resolve();
        });
        process.post({ type: 'close' });
      });
    },
  };
}
