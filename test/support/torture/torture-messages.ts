/** Every message of RFC 4475 (SIP torture tests) and RFC 5118 (the same for IPv6), in the order of the RFCs. */
import { invalid4475 } from './rfc4475-invalid';
import { semantics4475 } from './rfc4475-semantics';
import { valid4475 } from './rfc4475-valid';
import { ipv6Messages } from './rfc5118';
import type { TortureMessage } from './torture-message';

export const tortureMessages: readonly TortureMessage[] = [
  ...valid4475,
  ...invalid4475,
  ...semantics4475,
  ...ipv6Messages,
];
