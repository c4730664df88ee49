/** The channels of calls and of the small window of those that come in. */
import type { Handlers } from '../../contracts/ipc/ipc';
import { fail, ok } from '../../contracts/base/result';
import type { RunRecord } from '../settings/run-record';
import type { IncomingCalls } from '../windows/incoming-calls';

export interface CallPorts {
  readonly incoming: Pick<IncomingCalls, 'notify' | 'dismiss' | 'current' | 'act'>;
  readonly run: Pick<RunRecord, 'setCallsUnderWay' | 'lost' | 'forget'>;
}

type CallChannel =
  | 'calls.notifyIncoming'
  | 'calls.dismissIncoming'
  | 'calls.underWay'
  | 'calls.lost'
  | 'calls.lostRead'
  | 'incoming.current'
  | 'incoming.act';

export function createCallHandlers({ incoming, run }: CallPorts): Pick<Handlers, CallChannel> {
  return {
    'calls.notifyIncoming': async (announced) =>
      (await incoming.notify(announced))
        ? ok(null)
        : fail('cancelled', 'That call is not shown: it does not ring, or four others do.'),
    'calls.dismissIncoming': ({ callId }) => {
      incoming.dismiss(callId);
      return ok(null);
    },
    'calls.underWay': ({ calls }) => {
      run.setCallsUnderWay(calls);
      return ok(null);
    },
    'calls.lost': () => ok(run.lost()),
    'calls.lostRead': () => {
      run.forget();
      return ok(null);
    },
    'incoming.current': () => ok([...incoming.current()]),
    'incoming.act': ({ callId, action }) =>
      incoming.act(callId, action) ? ok(null) : fail('cancelled', 'That call does not ring any more.'),
  };
}
