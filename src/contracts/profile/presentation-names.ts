/** What people read for each way in which a token is presented: the same in the form, at command lines, in README.md and in docs/operators.md. Free of zod. */
import type { Presentation } from './profile';

export const PRESENTATION_NAMES: Readonly<Record<Presentation['kind'], string>> = {
  query: 'Query parameter of the URL',
  subprotocol: 'WebSocket subprotocol',
  bearer: 'Bearer in SIP requests',
  digest: 'SIP user and password (digest)',
  'main-injected': 'Token stays in main',
};
