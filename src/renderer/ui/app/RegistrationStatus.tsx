import { useCallback } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import type { RegistrationProblem } from '../../../contracts/call/call';
import { activeProfile } from '../../state/profiles-store';
import { useSelected, useStore } from '../../state/use-store';
import type { SettingsTab } from '../../state/view-store';
import { useApp } from '../kit/app-context';
import { FailureText } from '../kit/FailureText';
import { KeyUnknown } from '../kit/KeyUnknown';
import { clock } from '../kit/format';
import { registrationWords } from '../kit/messages';
import { Countdown } from '../kit/Countdown';
import { identityParts } from '../../../contracts/profile/identity';

/** What the agent can do about it, beside trying again. */
const PROBLEM_PLACES: Readonly<
  Record<RegistrationProblem, { readonly label: string; readonly tab: SettingsTab } | null>
> = {
  // Main's own failure says more; this is for the moment before it is known.
  'no-grant': { label: 'Open keys', tab: 'keys' },
  'key-unknown': null,
  'token-refused': { label: 'Open keys', tab: 'keys' },
  'registration-refused': { label: 'Open profiles', tab: 'profiles' },
  'gateway-unreachable': { label: 'Open profiles', tab: 'profiles' },
  'certificate-refused': { label: 'Open profiles', tab: 'profiles' },
  'clock-skewed': null,
};

/** The registration as a dot and a word; behind it the sentence and the way out. */
export function RegistrationStatus() {
  const { phone, profiles, view, grantFailure } = useApp();
  const refused = useStore(grantFailure);
  const registration = useSelected(phone, (snapshot) => snapshot.registration);
  const profile = activeProfile(useStore(profiles));
  const words = registrationWords(registration);
  const unknownKey = 'unknownKey' in registration ? registration.unknownKey : undefined;
  const failure = registration.phase === 'waiting' && unknownKey === undefined ? refused : null;
  const place = failure === null && registration.phase === 'waiting' ? PROBLEM_PLACES[registration.problem] : null;
  const user = identityParts(profile?.identity ?? '').user;

  return (
    <DialogTrigger>
      <Button
        className="registration"
        data-testid="registration"
        data-phase={registration.phase}
        data-tone={words.tone}
      >
        <span className="registration-dot" aria-hidden="true" />
        <span className="registration-word">{words.word}</span>
        {registration.phase === 'waiting' && unknownKey === undefined && (
          <span className="registration-more">, trying again</span>
        )}
        {registration.phase === 'registered' && unknownKey === undefined && (
          <span className="registration-as">as {user}</span>
        )}
      </Button>
      <Popover className="popover popover-text" placement="bottom start">
        <Dialog aria-label="Registration" className="popover-dialog">
          {({ close }) => (
            <>
              {unknownKey !== undefined ? (
                <KeyUnknown unknownKey={unknownKey} onDone={close} />
              ) : failure === null ? (
                <p>{words.sentence}</p>
              ) : (
                <FailureText failure={failure} profileId={profile?.id} onDone={close} />
              )}
              {profile !== null && (
                <dl className="facts">
                  <dt>Line</dt>
                  <dd>{profile.name}</dd>
                  {profile.identity !== '' && (
                    <>
                      <dt>Address</dt>
                      <dd>{profile.identity}</dd>
                    </>
                  )}
                  {profile.gatewayUrl !== '' && (
                    <>
                      <dt>Gateway</dt>
                      <dd>{profile.gatewayUrl}</dd>
                    </>
                  )}
                  {registration.phase === 'registered' && (
                    <>
                      <dt>Since</dt>
                      <dd>
                        {clock(registration.since)}, after {registration.tookMs} ms
                      </dd>
                    </>
                  )}
                  {registration.phase === 'waiting' && (
                    <>
                      <dt>Tries</dt>
                      <dd>{registration.attempt}</dd>
                      <dt>Next try</dt>
                      <dd>
                        <NextTry at={registration.retryAt} />
                      </dd>
                    </>
                  )}
                </dl>
              )}
              {registration.phase === 'waiting' && unknownKey === undefined && (
                <div className="popover-actions">
                  {place !== null && (
                    <Button
                      className="button"
                      onPress={() => {
                        close();
                        view.openSettings(place.tab, profile?.id);
                      }}
                    >
                      {place.label}
                    </Button>
                  )}
                  <Button
                    className="button primary"
                    onPress={() => {
                      close();
                      phone.reconnectNow();
                    }}
                  >
                    Try now
                  </Button>
                </div>
              )}
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function NextTry({ at }: { readonly at: number }) {
  const words = useCallback(
    (now: number) => {
      const seconds = Math.ceil((at - now) / 1000);
      return seconds > 0 ? `in ${seconds} s` : 'now';
    },
    [at],
  );
  return <Countdown words={words} />;
}
