/**
 * The only door from a window into main. In this order, and nothing of the next step happens before the last one has passed:
 * sender (a window of ours, its main frame, our exact origin) -> channel declared, for that window -> admin lock -> phone lock -> size -> input
 * schema -> rate -> handler -> output schema, which strips what is not declared.
 */
import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import type { Channel, WindowName } from '../../contracts/ipc/channel';
import { channels, type Handlers } from '../../contracts/ipc/ipc';
import { channelNames, INVOKE_TRANSPORT, type ChannelName } from '../../contracts/ipc/ipc-names';
import { resultSchema } from '../../contracts/base/result-schema';
import { fail, type Failure, type FailureReason, type Result } from '../../contracts/base/result';
import type { Log } from '../base/log';
import { phoneLocked } from '../locks/phone-lock';

/** Inputs whose JSON is longer are not even parsed, in characters. */
const LARGEST_INPUT = 64 * 1024;

/**
 * How many calls of one window are worked on at the same time, and how many of one channel. A page that asks without waiting would pile up files, keys
 * and answers in main; ours asks for a handful.
 */
export const MOST_AT_ONCE = 500;
export const MOST_OF_ONE = 32;

export interface IpcPorts {
  readonly handlers: Handlers;
  /** Null: no window of ours. */
  readonly windowOf: (webContentsId: number) => WindowName | null;
  /** `app://ringfence`. */
  readonly origin: string;
  /** Whether channels that touch keys, profiles or policy may go on now. */
  readonly admitAdmin: () => Promise<Result<null>>;
  /** Channels that need an open line are refused meanwhile. */
  readonly isPhoneLocked: () => boolean;
  /** Fails with `rate-limited` for what writes into the audit log too often. */
  readonly admitNoted: (channel: ChannelName) => Result<null>;
  readonly onRefused: (channel: string, reason: FailureReason) => void;
  readonly log: Log;
}

type Refused = { readonly ok: false; readonly failure: Failure };

const outputs = new Map(channelNames.map((name) => [name, resultSchema(channels[name].output)]));
const isDeclared = (name: unknown): name is ChannelName => typeof name === 'string' && Object.hasOwn(channels, name);

/** The sender's window, or null when it is not a window's main frame at our origin. */
function senderWindow(event: IpcMainInvokeEvent, { windowOf, origin }: IpcPorts): WindowName | null {
  const frame = event.senderFrame;
  // Null: the frame has navigated or is gone; who it was can't be told.
  if (frame === null || frame.parent !== null || frame.origin !== origin) return null;
  return windowOf(event.sender.id);
}

/** The size of an input in characters of JSON; Infinity for what has none (circular, BigInt, too deep). */
function sizeOf(input: unknown): number {
  if (typeof input === 'string') return input.length;
  try {
    return input === undefined ? 0 : JSON.stringify(input).length;
  } catch {
    return Infinity;
  }
}

/** Starts answering. Call once, before the first window loads. */
export function serveIpc(ports: IpcPorts): void {
  const { handlers, onRefused, log } = ports;

  const refuse = (channel: unknown, refused: Refused): Refused => {
    const shown = typeof channel === 'string' ? channel.slice(0, 64) : typeof channel;
    log.warn(`refused ${JSON.stringify(shown)}: ${refused.failure.reason}`);
    onRefused(shown, refused.failure.reason);
    return refused;
  };

  // One channel's four last steps. The handler's type is lost in the table's union; both schemas make up for it at run time.
  const run = async (name: ChannelName, input: unknown): Promise<unknown> => {
    const handler = handlers[name] as (parsed: unknown) => Promise<Result<unknown>> | Result<unknown>;
    try {
      const result = await handler(input);
      const parsed = outputs.get(name)?.safeParse(result);
      if (parsed?.success === true) return parsed.data;
      log.error(`the answer of ${name} does not fit its schema`, parsed?.error);
    } catch (cause) {
      log.error(`the handler of ${name} failed`, cause);
    }
    return fail(
      'internal',
      'Something went wrong inside Ringfence. Try again; if it stays, restart it and send us its log.',
      'show-log',
    );
  };

  const busy = fail('rate-limited', 'Too much was asked of Ringfence at once. Wait a moment and try again.', 'retry', {
    retryAfterMs: 1_000,
  });
  const running = new Map<string, number>();
  /** Refuses what is more than `most` at the same time under this key. */
  const atOnce = async (
    key: string,
    most: number,
    name: ChannelName,
    work: () => Promise<unknown>,
  ): Promise<unknown> => {
    const now = running.get(key) ?? 0;
    if (now >= most) return refuse(name, busy);
    running.set(key, now + 1);
    try {
      return await work();
    } finally {
      running.set(key, (running.get(key) ?? 1) - 1);
    }
  };

  const serve = async (window: WindowName, name: ChannelName, input: unknown): Promise<unknown> => {
    const channel: Channel = channels[name];
    if (!channel.windows.includes(window))
      return refuse(name, fail('forbidden-sender', 'This window may not ask that.'));
    if (channel.admin === true) {
      const admitted = await ports.admitAdmin();
      if (!admitted.ok) return refuse(name, admitted);
    }
    if (channel.line === true && ports.isPhoneLocked()) return refuse(name, phoneLocked());
    if (sizeOf(input) > LARGEST_INPUT)
      return refuse(name, fail('invalid-input', 'That is more than Ringfence can handle at once. Send less.'));
    const parsed = channel.input.safeParse(input);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      // The message of a schema never quotes the value; the path may hold keys that the caller chose, so it is cut.
      const details = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`.slice(0, 300);
      const what =
        issue === undefined || issue.path.length === 0
          ? 'What was entered'
          : `The field "${issue.path.join('.').slice(0, 60)}"`;
      return refuse(
        name,
        fail('invalid-input', `${what} is not valid. Correct it and try again.`, 'none', { details }),
      );
    }
    const noted = ports.admitNoted(name);
    if (!noted.ok) return refuse(name, noted);
    const answer = await atOnce(`${window} ${name}`, MOST_OF_ONE, name, () => run(name, parsed.data));
    // Locked on the way: what was made meanwhile stays here.
    return channel.line === true && ports.isPhoneLocked() ? refuse(name, phoneLocked()) : answer;
  };

  ipcMain.handle(INVOKE_TRANSPORT, async (event, name: unknown, input: unknown): Promise<unknown> => {
    const window = senderWindow(event, ports);
    if (window === null) return refuse(name, fail('forbidden-sender', 'Only the windows of Ringfence may ask that.'));
    if (!isDeclared(name)) return refuse(name, fail('unknown-channel', 'Ringfence has no such function.'));
    return atOnce(window, MOST_AT_ONCE, name, () => serve(window, name, input));
  });
}
