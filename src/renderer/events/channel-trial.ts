/** Tries a line's live events once: open the socket, join the channel, leave. */
import type { EventsGrant } from '../../contracts/profile/grant';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import { createEventChannel, type ChannelSocket } from './event-channel';

export interface ChannelTrialPorts {
  readonly open: (url: string) => ChannelSocket;
  /** Runs `task` once after `ms`; returns the function that prevents it. */
  readonly after: (ms: number, task: () => void) => () => void;
  /** What main saw of the connect; null: nothing, within a moment. */
  readonly mainsWord: () => Promise<Failure | null>;
}

/** Resolves when it joined and left again, or did not join. Never rejects. */
export function tryChannel(
  grant: EventsGrant,
  { open, after, mainsWord }: ChannelTrialPorts,
): { readonly done: Promise<Result<string>>; readonly stop: () => void } {
  const host = new URL(grant.url).host;
  let stop = (): void => undefined;
  const done = new Promise<Result<string>>((resolve) => {
    const end = (outcome: Result<string>): void => {
      channel.stop();
      resolve(outcome);
    };
    const channel = createEventChannel({
      grant: () => Promise.resolve(ok(grant)),
      open,
      after,
      random: () => 0,
      onEvent: () => undefined,
      onPhase: () => undefined,
      onNote: (note) => {
        if (note.kind === 'joined') end(ok(grant.topic));
        else if (note.kind === 'join-refused')
          end(fail('provider-refused', `${host} does not let this line join its live events.`, 'open-profiles'));
        else if (note.kind === 'unreachable' || note.kind === 'lost') {
          channel.stop();
          void mainsWord().then((told) =>
            end(
              told === null
                ? fail('gateway-unavailable', `Nothing answers at ${host} with live events.`, 'retry')
                : { ok: false, failure: told },
            ),
          );
        }
      },
    });
    stop = () => end(fail('cancelled', 'The test was stopped.'));
    channel.start();
  });
  return { done, stop: () => stop() };
}
