/**
 * Flow tokens (RFC 5626 section 5.2): the user part of the gateway's Record-Route. They say between which phones a dialog
 * runs, so that later requests find their way without any state here, even over a flow that did not exist when the
 * dialog began. Signed, because they come back from outside.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

const side = z.tuple([z.string(), z.string().nullable(), z.string()]);
const content = z.tuple([z.string(), z.string(), z.string(), side, side]);

/** One end of a dialog. */
export interface DialogSide {
  readonly user: string;
  readonly instance: string | null;
  /** The endpoint it used when the dialog began. */
  readonly endpointId: string;
}

export interface FlowToken {
  /** The From tag of the request that began the dialog: tells the two directions apart. */
  readonly callerTag: string;
  /** The Call-ID of that request: a token is for no other call. */
  readonly callId: string;
  /** Which start of the gateway made it. */
  readonly life: string;
  readonly caller: DialogSide;
  readonly callee: DialogSide;
}

/** Makes and reads flow tokens with a secret of this gateway. */
export class FlowTokens {
  readonly #secret: Buffer;

  /** The secret comes from the gateway's key, so that dialogs outlive a restart of the gateway with the same key. */
  constructor(key: string) {
    this.#secret = createHmac('sha256', key).update('ringfence flow token').digest();
  }

  make(token: FlowToken): string {
    const sides = [token.caller, token.callee].map((one) => [one.user, one.instance, one.endpointId]);
    const payload = Buffer.from(JSON.stringify([token.callerTag, token.callId, token.life, ...sides])).toString(
      'base64url',
    );
    return `${payload}.${this.#mac(payload)}`;
  }

  /** The token's content; null when it was not made here. */
  read(text: string): FlowToken | null {
    const [payload = '', mac = ''] = text.split('.');
    const wanted = Buffer.from(this.#mac(payload));
    const given = Buffer.from(mac);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
    const parsed = content.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    if (!parsed.success) return null;
    const [callerTag, callId, life, caller, callee] = parsed.data;
    const named = ([user, instance, endpointId]: z.infer<typeof side>): DialogSide => ({ user, instance, endpointId });
    return { callerTag, callId, life, caller: named(caller), callee: named(callee) };
  }

  #mac(payload: string): string {
    return createHmac('sha256', this.#secret).update(payload).digest('base64url').slice(0, 16);
  }
}
