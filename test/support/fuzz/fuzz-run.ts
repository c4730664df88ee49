/**
 * Plays mutated messages to the phone's real engine, batch by batch, each batch to a new phone, and says what went wrong.
 * A batch depends on the seed and its own number alone: a failure is replayed by `RINGFENCE_FUZZ=SEED:BATCH`.
 */
import { seeded } from '../seeded';
import { answerTo, headerIn } from '../phones/gateway-words';
import { grantRegister, startPlayedPhone, type PlayedCall, type PlayedPhone } from '../phones/played-phone';
import { mutate } from './mutations';
import { owedAnswer } from './owed-answer';
import { answerSeeds, dialogSeeds, registerSeeds, requestSeeds, type Seed, type SeedContext } from './seeds';
import type { Random } from './text-mutations';

export interface Finding {
  readonly what: string;
  /** `SEED:BATCH`. */
  readonly replay: string;
  readonly from: string;
  readonly mutations: readonly string[];
  /** The message, as JSON text of its bytes. */
  readonly wire: string;
}

export interface FuzzReport {
  readonly messages: number;
  readonly findings: readonly Finding[];
  /** Of these, so many owed an answer. */
  readonly owed: number;
  /** The longest that one message kept the phone busy, in ms of processor time. */
  readonly slowestMs: number;
}

/** Messages of one batch. */
const BATCH = 40;
/** No message may keep the phone busy for longer: ms of processor time, for the computer does other things as well. */
const BUSY_MS = 1_000;
/** Slower than the limit of INVITEs a second. */
const BETWEEN_MS = 150;
/** Longer than any transaction lives (64 * T1, RFC 3261 section 17). */
const TRANSACTION_MS = 40_000;

type Kind = 'idle' | 'in a call' | 'calling' | 'registering';
const KINDS: readonly Kind[] = [
  'idle',
  'in a call',
  'calling',
  'idle',
  'in a call',
  'calling',
  'in a call',
  'registering',
];

interface Batch {
  readonly random: Random;
  /** Unique in the run. */
  readonly id: (index: number) => string;
  readonly found: (what: string) => void;
  /** Makes a message of this seed and changes it. */
  readonly change: (seed: Seed, context: SeedContext) => string;
  /** The same, and delivers it; returns what was delivered. */
  readonly play: (played: PlayedPhone, seed: Seed, id: string) => string;
  readonly owe: () => void;
}

const statusLine = /^SIP\/2\.0 (\d{3})/;
const bytesOf = (wire: string): Uint8Array => Buffer.from(wire, 'latin1');

function choose(random: Random, seeds: readonly Seed[]): Seed {
  const chosen = seeds[Math.floor(random() * seeds.length)];
  if (chosen === undefined) throw new Error('no seeds');
  return chosen;
}

/** Text where it is UTF-8, as a rule; a gateway may send it in a binary frame all the same. */
function asFrame(wire: string, random: Random): string | Uint8Array {
  const bytes = bytesOf(wire);
  if (random() < 0.1) return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

/** BYE, CANCEL and the like are answered as a gateway does it; a call of ours that is given up is. */
function serveCalls(played: PlayedPhone): void {
  const invites = new Map<string, string>();
  played.answerOther = (request) => {
    const callId = headerIn(request, 'Call-ID');
    if (request.startsWith('INVITE ')) {
      invites.set(callId, request);
      return [];
    }
    const ok = answerTo(request, '200 OK');
    const invite = invites.get(callId);
    return request.startsWith('CANCEL ') && invite !== undefined
      ? [ok, answerTo(invite, '487 Request Terminated')]
      : [ok];
  };
}

/** Ends what is live but `kept`; a call that is still there after all transactions have died is stuck. */
async function clear(played: PlayedPhone, batch: Batch, kept: string | null): Promise<void> {
  const others = (): readonly string[] => played.liveCalls().flatMap(({ id }) => (id === kept ? [] : [id]));
  for (const id of others()) played.phone.agent.act(id, { verb: 'end', how: 'busy' });
  if (others().length > 0) await played.pass(BETWEEN_MS);
  if (others().length > 0) await played.pass(TRANSACTION_MS);
  if (others().length > 0) batch.found(`stuck call: ${JSON.stringify(played.liveCalls())}`);
}

/** Plays one request; it owes an answer, and an INVITE a final one. */
async function playRequest(
  played: PlayedPhone,
  batch: Batch,
  seed: Seed,
  id: string,
  kept: string | null,
): Promise<void> {
  const before = played.sent.length;
  const wire = batch.play(played, seed, id);
  await played.pass(BETWEEN_MS);
  const owed = owedAnswer(wire);
  const answers = (): number[] =>
    played.sent.slice(before).flatMap((text) => {
      const status = statusLine.exec(text)?.[1];
      const ours = owed?.branch === undefined || owed.branch === null || headerIn(text, 'Via').includes(owed.branch);
      return status !== undefined && ours ? [Number(status)] : [];
    });
  if (owed !== null) {
    batch.owe();
    if (answers().length === 0) await played.pass(1_000);
    if (answers().length === 0) batch.found(`${owed.method} without an answer`);
  }
  await clear(played, batch, kept);
  if (owed?.method !== 'INVITE' || answers().length === 0 || answers().some((status) => status >= 200)) return;
  await played.pass(TRANSACTION_MS);
  if (!answers().some((status) => status >= 200)) batch.found('INVITE without a final answer');
}

/** The phone takes a call and is hung up on. */
async function takesCall(played: PlayedPhone, batch: Batch, id: string): Promise<void> {
  try {
    const call = await played.takeCall(id);
    const status = await call.hangUp(`${id}b`, 2);
    if (status !== 200 || played.liveCalls().length > 0)
      batch.found(`afterwards: a normal call ended with ${String(status)}, ${played.liveCalls().length} left`);
  } catch (error) {
    batch.found(`afterwards: ${String(error)}`);
  }
}

async function idle(batch: Batch): Promise<void> {
  const played = await startPlayedPhone();
  serveCalls(played);
  for (let index = 0; index < BATCH; index += 1) {
    const seed = choose(batch.random, requestSeeds);
    await playRequest(played, batch, seed, batch.id(index), null);
  }
  await played.pass(TRANSACTION_MS);
  await takesCall(played, batch, batch.id(BATCH));
  await played.stop();
}

async function inCall(batch: Batch): Promise<void> {
  const played = await startPlayedPhone();
  serveCalls(played);
  let call: PlayedCall | null = null;
  let kept: string | null = null;
  for (let index = 0; index < BATCH; index += 1) {
    const id = batch.id(index);
    if (call === null || !played.liveCalls().some((live) => live.id === kept)) {
      call = await played.takeCall(`${id}c`);
      kept = played.liveCalls().at(-1)?.id ?? null;
    }
    const seeds = batch.random() < 0.75 ? dialogSeeds(call, 2 + index) : requestSeeds;
    await playRequest(played, batch, choose(batch.random, seeds), id, kept);
  }
  // A mutated CSeq may have raised the far end's number above any other; then the agent hangs up.
  await call?.hangUp(batch.id(BATCH), 2_147_483_646);
  await clear(played, batch, null);
  await played.pass(TRANSACTION_MS);
  await takesCall(played, batch, batch.id(BATCH + 1));
  await played.stop();
}

/** Whether this final response belongs to the INVITE without a doubt, so that the call may not go on ringing. */
function settles(wire: string, invite: string): boolean {
  const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(wire)?.[1] ?? '0');
  const same = ['Via', 'From', 'Call-ID', 'CSeq'].every((name) => headerIn(wire, name) === headerIn(invite, name));
  const retried = [401, 407, 422, 494].includes(status) || Math.floor(status / 100) === 3;
  const whole = wire.includes('\r\n\r\n') && !/[\r\n]/.test(wire.split('\r\n\r\n')[0]?.replaceAll('\r\n', '') ?? '');
  return whole && same && status >= 200 && status < 700 && !retried && /;tag=far$/.test(headerIn(wire, 'To'));
}

async function calling(batch: Batch): Promise<void> {
  const played = await startPlayedPhone();
  serveCalls(played);
  for (let index = 0; index < BATCH; index += 1) {
    const before = played.sent.length;
    void played.phone.agent.place('1002');
    await played.pass(BETWEEN_MS);
    const invite = played.sent.slice(before).find((text) => text.startsWith('INVITE '));
    if (invite === undefined) {
      batch.found('no INVITE');
      break;
    }
    const seeds = answerSeeds(invite);
    const [trying, ringing] = seeds;
    if (batch.random() < 0.3 && trying !== undefined) played.deliver(trying.make({ contact: '', id: '' }));
    if (batch.random() < 0.3 && ringing !== undefined) played.deliver(ringing.make({ contact: '', id: '' }));
    const wire = batch.play(played, choose(batch.random, seeds), batch.id(index));
    await played.pass(BETWEEN_MS);
    const waits = (): boolean =>
      played
        .liveCalls()
        .some(({ phase, direction }) => direction === 'outgoing' && (phase === 'dialing' || phase === 'ringing'));
    if (settles(wire, invite) && waits()) {
      await played.pass(1_000);
      if (waits()) batch.found('a final response left the call waiting');
    }
    await clear(played, batch, null);
  }
  await played.pass(TRANSACTION_MS);
  await takesCall(played, batch, batch.id(BATCH));
  await played.stop();
}

/** REGISTERs that one odd answer may cause in its first 10 s. */
const REGISTERS = 10;

async function registering(batch: Batch): Promise<void> {
  for (let index = 0; index < BATCH; index += 1) {
    let odd = true;
    const played = await startPlayedPhone((request) => {
      if (!odd) return grantRegister(request);
      odd = false;
      const own = headerIn(request, 'Contact').replace(/;expires=\d+/, '');
      return bytesOf(
        batch.change(choose(batch.random, registerSeeds(request, own)), { contact: own, id: batch.id(index) }),
      );
    });
    serveCalls(played);
    await played.pass(10_000);
    if (played.registers() > REGISTERS) batch.found(`${played.registers()} REGISTERs in 10 s`);
    const phase = (): string => played.phone.agent.snapshot().registration.phase;
    // Retry-After holds for up to half an hour, and a refusal for as long as its back-off says.
    for (let minute = 0; minute < 65 && phase() !== 'registered'; minute += 1) await played.pass(60_000);
    if (phase() === 'registered') await takesCall(played, batch, `${batch.id(index)}z`);
    else batch.found(`${phase()} for more than an hour after one odd answer`);
    await played.stop();
  }
}

const PLAYS: Readonly<Record<Kind, (batch: Batch) => Promise<void>>> = {
  idle,
  'in a call': inCall,
  calling,
  registering,
};

/** Plays batch `number` of `seed`. */
export async function fuzzBatch(seed: number, number: number): Promise<FuzzReport> {
  const random = seeded(seed * 1_000_003 + number);
  const findings: Finding[] = [];
  let messages = 0;
  let owed = 0;
  let slowestMs = 0;
  let last: Pick<Finding, 'from' | 'mutations' | 'wire'> = { from: '', mutations: [], wire: '' };
  const found = (what: string): void => {
    findings.push({ what, replay: `${seed}:${number}`, ...last, wire: JSON.stringify(last.wire) });
  };
  const change: Batch['change'] = (from, context) => {
    const { wire, names } = mutate(from.make(context), random);
    messages += 1;
    last = { from: from.name, mutations: names, wire };
    return wire;
  };
  const batch: Batch = {
    random,
    id: (index) => `${number.toString(36)}-${index.toString(36)}`,
    found,
    change,
    owe: () => {
      owed += 1;
    },
    play: (played, from, id) => {
      const wire = change(from, { contact: played.contact(), id });
      const started = process.cpuUsage();
      try {
        played.deliver(asFrame(wire, random));
      } catch (error) {
        found(`exception: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
      const { user, system } = process.cpuUsage(started);
      const took = (user + system) / 1_000;
      slowestMs = Math.max(slowestMs, took);
      if (took > BUSY_MS) found(`busy for ${took.toFixed(0)} ms`);
      return wire;
    },
  };
  const rejected = (reason: unknown): void =>
    found(`exception: ${reason instanceof Error ? String(reason.stack) : String(reason)}`);
  process.on('unhandledRejection', rejected);
  try {
    await PLAYS[KINDS[number % KINDS.length] ?? 'idle'](batch);
  } catch (error) {
    found(`the batch broke off: ${String(error)}`);
  } finally {
    process.off('unhandledRejection', rejected);
  }
  return { messages, findings, owed, slowestMs };
}

/** Plays at least `count` messages. */
export async function fuzz(seed: number, count: number): Promise<FuzzReport> {
  let report: FuzzReport = { messages: 0, findings: [], owed: 0, slowestMs: 0 };
  for (let number = 0; report.messages < count; number += 1) {
    const batch = await fuzzBatch(seed, number);
    report = {
      messages: report.messages + batch.messages,
      findings: [...report.findings, ...batch.findings],
      owed: report.owed + batch.owed,
      slowestMs: Math.max(report.slowestMs, batch.slowestMs),
    };
  }
  return report;
}
