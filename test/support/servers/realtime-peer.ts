/** The assistant's end of a voice call: a real WebRTC peer with G.711 and the data channel `oai-events`, which says what a test lets it say. */
import { randomUUID } from 'node:crypto';
import type { DataChannel } from 'node-datachannel';
import { fromMuLaw, MediaPhone } from '../phones/media-phone';
import { reducedOffer } from '../phones/reduced-offer';
import { createRealtimeConversation, type RealtimeConversation, type RealtimeEvent } from './realtime-conversation';

export type { RealtimeEvent } from './realtime-conversation';

const isEvent = (value: unknown): value is RealtimeEvent =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Samples in the second before now of G.711 at 8 kHz. */
const SECOND = 8000;

export class RealtimePeer {
  /** What the far end sent over the data channel. */
  readonly received: RealtimeEvent[] = [];
  readonly #media: MediaPhone;
  readonly #session: Readonly<Record<string, unknown>>;
  #channel: DataChannel | null = null;
  #opened: () => void = () => undefined;
  /** Resolves when the data channel is open and `session.created` is on its way. */
  readonly opened: Promise<void> = new Promise((resolve) => {
    this.#opened = resolve;
  });
  #closed = false;
  readonly #conversation: RealtimeConversation;
  /** What it answers to the next `response.create`, in order; with nothing left, a test says itself what is answered. */
  readonly answers: string[] = [];
  /** The connection is gone, whoever ended it. */
  isGone = false;

  private constructor(media: MediaPhone, session: Readonly<Record<string, unknown>>) {
    this.#media = media;
    this.#session = session;
    this.#conversation = createRealtimeConversation(
      session,
      (event) => this.say(event),
      () => this.answers.shift() ?? null,
    );
    media.pc.onStateChange((state) => {
      if (state === 'disconnected' || state === 'failed' || state === 'closed') this.isGone = true;
    });
    media.pc.onDataChannel((channel) => {
      if (channel.getLabel() !== 'oai-events') return;
      this.#channel = channel;
      channel.onMessage((message) => {
        const event: unknown = typeof message === 'string' ? JSON.parse(message) : null;
        if (!isEvent(event)) return;
        this.received.push(event);
        this.#conversation.hear(event);
      });
      channel.onClosed(() => {
        this.isGone = true;
      });
      this.say({ type: 'session.created', session: this.#session });
      this.#opened();
    });
  }

  /** Answers an offer; null when there is nothing in it that this peer can do. */
  static async answer(
    offer: string,
    session: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly peer: RealtimePeer; readonly sdp: string } | null> {
    const wanted = reducedOffer(offer);
    if (wanted?.hasChannel !== true) return null;
    const media = new MediaPhone('PCMU', wanted.mid);
    const peer = new RealtimePeer(media, session);
    media.pc.setRemoteDescription(wanted.sdp, 'offer');
    return { peer, sdp: await media.local('answer') };
  }

  /** Sends an event. */
  say(event: RealtimeEvent): void {
    this.#channel?.sendMessage(JSON.stringify({ event_id: `event_${randomUUID()}`, ...event }));
  }

  /** Sends a text that may be no event at all. */
  sayRaw(text: string): void {
    this.#channel?.sendMessage(text);
  }

  /** A sentence of the assistant's, word by word, as its transcript. `older`: under the names that the events had before. */
  assistantSays(text: string, older = false): void {
    const name = older ? 'response.audio_transcript' : 'response.output_audio_transcript';
    const item = {
      response_id: `resp_${randomUUID()}`,
      item_id: `item_${randomUUID()}`,
      output_index: 0,
      content_index: 0,
    };
    for (const delta of text.split(/(?= )/)) this.say({ type: `${name}.delta`, ...item, delta });
    this.say({ type: `${name}.done`, ...item, transcript: text });
  }

  /** A sentence of the caller's, as it was understood. */
  callerSaid(text: string): void {
    const item = { item_id: `item_${randomUUID()}`, content_index: 0 };
    this.say({ type: 'conversation.item.input_audio_transcription.delta', ...item, delta: text.slice(0, 5) });
    this.say({ type: 'conversation.item.input_audio_transcription.completed', ...item, transcript: text });
  }

  /** Asks for a tool; answers with the id of that. `input` is JSON text. `goesOn`: the answer that asks for it is not through before `finish`. */
  callTool(name: string, input: string, { goesOn = false } = {}): string {
    const call_id = `call_${randomUUID()}`;
    const where = { response_id: `resp_${randomUUID()}`, output_index: 0 };
    if (!this.#conversation.isAnswering())
      this.say({
        type: 'response.created',
        response: { id: where.response_id, object: 'realtime.response', status: 'in_progress', output: [] },
      });
    this.#conversation.setAnswering(true);
    this.say({
      type: 'response.function_call_arguments.done',
      ...where,
      item_id: `item_${call_id}`,
      call_id,
      name,
      arguments: input,
    });
    this.say({
      type: 'response.output_item.done',
      ...where,
      item: { id: `item_${call_id}`, type: 'function_call', status: 'completed', call_id, name, arguments: input },
    });
    if (!goesOn) this.finish();
    return call_id;
  }

  /** The answer is through. */
  finish(status: 'completed' | 'cancelled' = 'completed'): void {
    this.#conversation.setAnswering(false);
    this.say({ type: 'response.done', response: { id: `resp_${randomUUID()}`, object: 'realtime.response', status } });
  }

  /** The output that came back for a tool call, or null. */
  toolOutput(toolCallId: string): string | null {
    for (const { type, item } of this.received) {
      if (type !== 'conversation.item.create' || typeof item !== 'object' || item === null) continue;
      if ('call_id' in item && item.call_id === toolCallId && 'output' in item && typeof item.output === 'string')
        return item.output;
    }
    return null;
  }

  playTone(hz: number): void {
    this.#media.playTone(hz);
  }
  stopTone(): void {
    this.#media.stopTone();
  }

  /** Packets of sound that were heard. */
  get packets(): number {
    return this.#media.heard.length;
  }
  /** The last second that was heard, as samples at 8 kHz between -1 and 1. */
  lastSecond(): Float32Array {
    const samples = fromMuLaw(
      this.#media.heard
        .filter(({ payloadType }) => payloadType === 0)
        .slice(-50)
        .map(({ payload }) => payload),
    );
    return samples.subarray(Math.max(0, samples.length - SECOND));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.isGone = true;
    this.#channel?.close();
    this.#media.close();
  }
}
