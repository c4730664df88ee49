/** A dialog as either of its sides knows it (RFC 3261 section 12.1). */
import { parseAddress, partyOf } from '../../../src/gateway/sip-address';
import {
  headerOf,
  headersOf,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../../../src/gateway/sip-message';

/** What is known of a dialog; enough to send within it. */
export interface TestDialog {
  readonly callId: string;
  readonly localUri: string;
  readonly localTag: string;
  readonly remoteUri: string;
  readonly remoteTag: string;
  readonly target: string;
  readonly routes: readonly string[];
}

const uriOf = (message: SipMessage, name: 'From' | 'To'): string => partyOf(message, name)?.uri ?? '';
const tagOf = (message: SipMessage, name: 'From' | 'To'): string => partyOf(message, name)?.tag ?? '';
const contactOf = (message: SipMessage): string => parseAddress(headerOf(message, 'Contact') ?? '')?.uri ?? '';

/** The caller's side of the dialog that a response to its INVITE made. */
export function dialogOfCaller(invite: SipRequest, response: SipResponse): TestDialog {
  return {
    callId: headerOf(invite, 'Call-ID') ?? '',
    localUri: uriOf(invite, 'From'),
    localTag: tagOf(invite, 'From'),
    remoteUri: uriOf(response, 'To'),
    remoteTag: tagOf(response, 'To'),
    target: contactOf(response),
    routes: headersOf(response, 'Record-Route').reverse(),
  };
}

/** The callee's side of the dialog that its own response made. */
export function dialogOfCallee(invite: SipRequest, response: SipResponse): TestDialog {
  return {
    callId: headerOf(invite, 'Call-ID') ?? '',
    localUri: uriOf(response, 'To'),
    localTag: tagOf(response, 'To'),
    remoteUri: uriOf(invite, 'From'),
    remoteTag: tagOf(invite, 'From'),
    target: contactOf(invite),
    routes: headersOf(invite, 'Record-Route'),
  };
}
