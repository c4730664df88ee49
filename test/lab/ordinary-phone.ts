/** What Linphone and Twinkle have in common: phones that are told what to do by typed commands, and tell what happens in lines. */
import { waitFor, type LabProcess } from './lab-process';

export const PHONES = ['linphone', 'twinkle'] as const;
/** The phones that can be had, by the name that is also their SIP user. */
export type PhoneName = (typeof PHONES)[number];

export const PHONE_EVENTS = ['incoming', 'ringing', 'established', 'held', 'ended'] as const;
/** What happens in a phone's call, in words that fit each phone. `held`: the far end put it on hold. */
export type PhoneEvent = (typeof PHONE_EVENTS)[number];

/** What an ordinary phone needs to know of its lab. */
export interface PhonePlace {
  /** The lab's folder; the phone makes one for itself in it. */
  readonly folder: string;
  readonly domain: string;
  /** Kamailio over UDP, `ADDRESS:PORT`, as the phone's namespace reaches it. */
  readonly registrar: string;
  /** The words that enter the phone's network namespace. */
  readonly inside: readonly string[];
  /** Does the registrar know this user? */
  readonly registered: (user: string) => Promise<boolean>;
}

/** A running phone. What it is told rejects when it does not say within 10 s that it was done. */
export interface OrdinaryPhone {
  readonly user: PhoneName;
  readonly pid: number;
  /** What happened in its calls since its start, the oldest first. */
  readonly events: () => Promise<readonly PhoneEvent[]>;
  /** Calls this user of the lab's domain. */
  readonly dial: (user: string) => void;
  /** Takes the call that rings. */
  readonly answer: () => void;
  /** Ends its call, also one that rings in either direction. */
  readonly hangUp: () => void;
  /** Resolves when the far end has agreed. */
  readonly hold: () => Promise<void>;
  /** Resolves when the far end has agreed. */
  readonly resume: () => Promise<void>;
  /** Sends these digits as RFC 4733 events. */
  readonly sendDigits: (digits: string) => Promise<void>;
  /** The digits that it was sent since its start. */
  readonly digits: () => Promise<string>;
  /** Forgets what it heard so far. */
  readonly listen: () => Promise<void>;
  /** What it heard since `listen`, as a WAV file with one channel of 16 bits. Empty while there is nothing. */
  readonly heard: () => Promise<Buffer>;
  /** Unregisters and ends. */
  readonly stop: () => Promise<void>;
}

/** The lines by which a phone tells what happens. */
export interface PhoneLines {
  readonly events: readonly (readonly [line: RegExp, event: PhoneEvent])[];
  /** The first group is a digit that it was sent. */
  readonly digit: RegExp;
}

/** Reads and types at a phone's console. */
export interface PhoneConsole {
  readonly events: OrdinaryPhone['events'];
  readonly digits: OrdinaryPhone['digits'];
  /** Types the command, and resolves when a line that fits came after it. */
  readonly told: (command: string, line: RegExp) => Promise<void>;
  /** Waits until the registrar knows the phone. */
  readonly registered: () => Promise<void>;
  /** Types `command`, and waits for the end. */
  readonly quit: (command: string) => Promise<void>;
}

const QUIT_WITHIN_MS = 5_000;

const global = (pattern: RegExp): RegExp => new RegExp(pattern.source, 'g');

/** The console of a phone that was started with `typed`, whose process has the name of its user. */
export function consoleOf(phone: LabProcess, place: PhonePlace, { events, digit }: PhoneLines): PhoneConsole {
  return {
    events: async () => {
      const printed = await phone.printed();
      return events
        .flatMap(([line, event]) => [...printed.matchAll(global(line))].map(({ index }) => ({ event, index })))
        .sort((a, b) => a.index - b.index)
        .map(({ event }) => event);
    },
    digits: async () => [...(await phone.printed()).matchAll(global(digit))].map(([, one = '']) => one).join(''),
    told: async (command, line) => {
      const from = (await phone.printed()).length;
      phone.type(command);
      await waitFor(`it said ${String(line)}`, phone, async () => line.test((await phone.printed()).slice(from)));
    },
    registered: async () => {
      await waitFor('it was registered', phone, () => place.registered(phone.name));
    },
    quit: async (command) => {
      if (phone.running()) phone.type(command);
      // A phone that does not end by itself is made to: nothing stays behind.
      const timer = setTimeout(() => void phone.kill(), QUIT_WITHIN_MS);
      await phone.exited;
      clearTimeout(timer);
    },
  };
}
