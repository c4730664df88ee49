/**
 * The calls to assistants, as main has them: it places them with a token that no window sees, runs their tools, and ends them at the system,
 * whatever becomes of the window.
 */
import type { z } from 'zod';
import type { Profile } from '../../contracts/profile/profile';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import type { VoiceEnded, VoiceToolCall, voicePlace, voicePlaced, voiceToolOutput } from '../../contracts/call/voice';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Broker } from '../tokens/broker';
import type { Clock } from '../base/clock';
import type { Keys } from '../keys/keys';
import type { RealtimeCalls } from '../providers/openai-realtime-calls';
import { realtimeConfig } from '../providers/openai-realtime';
import { enabledTool } from '../tools/registry';

type Placed = z.infer<typeof voicePlaced>;
type ToolOutput = z.infer<typeof voiceToolOutput>;

export interface VoiceCalls {
  /** Mints, and sends the offer on. One call at a time for each line. Fails as the mint does, or as the system refuses. */
  readonly place: (input: z.infer<typeof voicePlace>) => Promise<Result<Placed>>;
  /** Forgets the call, and ends it at the system; tried again while that has trouble. A call that is not there counts as ended. */
  readonly hangUp: (callId: string) => Promise<Result<null>>;
  /** Runs a tool once; asked again with the same id it answers the same. Fails with `invalid-input` for what is not a live call's, or not the line's tool. */
  readonly runTool: (call: VoiceToolCall) => Promise<Result<ToolOutput>>;
  /** Ends every call, also those that are being placed; `told`: the windows hear why. Resolves when the systems have confirmed, at most 3 s later. */
  readonly endAll: (told: Pick<VoiceEnded, 'cause' | 'details'> | null) => Promise<void>;
}

export interface VoiceCallsPorts {
  readonly profiles: { readonly find: (profileId: string) => Profile | null };
  readonly broker: Pick<Broker, 'voiceToken'>;
  readonly keys: Pick<Keys, 'active'>;
  readonly calls: RealtimeCalls;
  readonly audit: (entry: NewAuditEntry) => void;
  readonly onEnded: (ended: VoiceEnded) => void;
  readonly clock: Pick<Clock, 'after'>;
  readonly newId: () => string;
}

interface VoiceCall {
  readonly callId: string;
  /** As it was when the call was placed. */
  readonly profile: Profile;
  readonly systemId: string | null;
  readonly toolOutputs: Map<string, Promise<Result<ToolOutput>>>;
  cancelLimit: () => void;
}

/** Milliseconds. */
const HANG_UP_TRIES_AFTER = [0, 500, 1_000, 2_000, 4_000] as const;
const END_WITHIN = 3_000;
/** Between a tool that ends the call and its end: the assistant hears the output and finishes its sentence. */
const LAST_MESSAGES = 1_500;
/** More tool calls than a conversation has; what they answered is kept until its end. */
const MOST_TOOL_CALLS = 100;

export function createVoiceCalls({
  profiles,
  broker,
  keys,
  calls,
  audit,
  onEnded,
  clock,
  newId,
}: VoiceCallsPorts): VoiceCalls {
  const live = new Map<string, VoiceCall>();
  const placing = new Set<string>();
  const ending = new Map<string, Promise<Result<null>>>();
  /** Grows when everything is ended: what was asked for before is not wanted any more. */
  let generation = 0;

  const wait = (ms: number): Promise<void> =>
    ms === 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(ms, resolve));

  /** Gives up after the last try: the system ends a call by itself when nobody sends any more. */
  const endAtSystem = async ({
    callId,
    profile,
    systemId,
  }: Pick<VoiceCall, 'callId' | 'profile' | 'systemId'>): Promise<Result<null>> => {
    let failure: Failure | null = null;
    for (const pause of systemId === null ? [] : HANG_UP_TRIES_AFTER) {
      await wait(pause === 0 ? 0 : Math.max(pause, Math.min(failure?.retryAfterMs ?? 0, 10_000)));
      const key = await keys.active(profile.id);
      const ended =
        key.ok && systemId !== null ? await calls.hangUp(profile, systemId, key.value) : key.ok ? ok(null) : key;
      failure = ended.ok ? null : ended.failure;
      if (failure === null) break;
    }
    audit({ what: 'voice-call', profileId: profile.id, callId, step: failure === null ? 'ended' : 'failed' });
    return failure === null ? ok(null) : { ok: false, failure };
  };
  /** From now on nobody can use the call any more. */
  const end = (call: VoiceCall): Promise<Result<null>> => {
    live.delete(call.callId);
    call.cancelLimit();
    call.toolOutputs.clear();
    const going = endAtSystem(call).finally(() => ending.delete(call.callId));
    ending.set(call.callId, going);
    return going;
  };
  const endAndTell = (callId: string, told: Pick<VoiceEnded, 'cause' | 'details'>): void => {
    const call = live.get(callId);
    if (call === undefined) return;
    onEnded({ callId, ...told });
    void end(call);
  };

  const placeOn = async (profileId: string, offer: string): Promise<Result<Placed>> => {
    const asked = generation;
    const token = await broker.voiceToken(profileId);
    if (!token.ok) return token;
    // The one that the token was made for: the line may have been changed since it was asked for.
    const { profile } = token.value;
    const placed =
      generation === asked
        ? await calls.place(profile, token.value.token, offer)
        : fail('cancelled', 'The call was ended while it was placed.');
    if (!placed.ok) {
      if (placed.failure.reason !== 'cancelled')
        audit({ what: 'refusal', profileId: profile.id, purpose: 'voice', reason: placed.failure.reason });
      return placed;
    }
    const call: VoiceCall = {
      callId: newId(),
      profile,
      systemId: placed.value.systemId,
      toolOutputs: new Map(),
      cancelLimit: () => undefined,
    };
    audit({ what: 'voice-call', profileId: profile.id, callId: call.callId, step: 'placed' });
    if (generation !== asked) {
      await end(call);
      return fail('cancelled', 'The call was ended while it was placed.');
    }
    live.set(call.callId, call);
    const { maxCallS } = profile.policy;
    if (maxCallS !== null)
      call.cancelLimit = clock.after(maxCallS * 1000, () =>
        endAndTell(call.callId, { cause: 'time-limit', details: '' }),
      );
    return ok({ callId: call.callId, answer: placed.value.answer });
  };

  const callTool = async (call: VoiceCall, asked: VoiceToolCall): Promise<Result<ToolOutput>> => {
    const note = (outcome: 'done' | 'refused' | 'failed'): void =>
      audit({ what: 'tool', profileId: call.profile.id, callId: call.callId, tool: asked.name, outcome });
    const tool = enabledTool(asked.name, realtimeConfig(call.profile)?.tools ?? []);
    if (tool === null) {
      note('refused');
      return fail('invalid-input', `The line "${call.profile.name}" has no such tool.`);
    }
    const done = await tool.call(asked.arguments).catch(() => fail('internal', `The tool "${tool.name}" failed.`));
    note(done.ok ? 'done' : done.failure.reason === 'invalid-input' ? 'refused' : 'failed');
    if (!done.ok) return done;
    const { output, ends } = done.value;
    if (ends !== undefined) clock.after(LAST_MESSAGES, () => endAndTell(call.callId, ends));
    return ok({ output: JSON.stringify(output) });
  };

  return {
    place: async ({ profileId, offer }) => {
      const profile = profiles.find(profileId);
      if (profile === null || realtimeConfig(profile) === null) {
        audit({ what: 'refusal', profileId, purpose: 'voice', reason: 'unknown-profile' });
        return fail('unknown-profile', 'This line has no assistant. Choose another one.', 'open-profiles');
      }
      if (placing.has(profileId) || [...live.values()].some((call) => call.profile.id === profileId)) {
        audit({ what: 'refusal', profileId, purpose: 'voice', reason: 'rate-limited' });
        // Of a call that is still being placed the window may know nothing any more: the person gave it up.
        if (placing.has(profileId))
          return fail(
            'rate-limited',
            `The call with "${profile.name}" before this one is not over yet. Try again in a moment.`,
            'retry',
          );
        return fail('rate-limited', `A call with "${profile.name}" is going on already. End it first.`);
      }
      placing.add(profileId);
      return placeOn(profileId, offer).finally(() => placing.delete(profileId));
    },
    hangUp: async (callId) => {
      const call = live.get(callId);
      return call === undefined ? ((await ending.get(callId)) ?? ok(null)) : end(call);
    },
    runTool: async (asked) => {
      const call = live.get(asked.callId);
      if (call === undefined) {
        audit({ what: 'refusal', profileId: '', purpose: 'ipc', reason: 'invalid-input', channel: 'voice.tool' });
        return fail('invalid-input', 'That call is over.');
      }
      const before = call.toolOutputs.get(asked.toolCallId);
      if (before !== undefined) return before;
      if (call.toolOutputs.size >= MOST_TOOL_CALLS)
        return fail('rate-limited', 'This call has used its tools too often.');
      const output = callTool(call, asked);
      call.toolOutputs.set(asked.toolCallId, output);
      return output;
    },
    endAll: async (told) => {
      generation += 1;
      for (const call of [...live.values()]) {
        if (told !== null) onEnded({ callId: call.callId, ...told });
        void end(call);
      }
      await Promise.race([Promise.all(ending.values()), wait(END_WITHIN)]);
    },
  };
}
