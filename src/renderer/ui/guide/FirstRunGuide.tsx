import '../guide.css';
import { Check } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { TextField } from 'react-aria-components/TextField';
import { PRACTICE_PROFILE_ID } from '../../../contracts/profile/practice';
import type { Profile } from '../../../contracts/profile/profile';
import type { Failure, Result } from '../../../contracts/base/result';
import type { GuideStep } from '../../state/guide-store';
import { activeProfile, hasSip, type KeySource, keyStatusOf } from '../../state/profiles-store';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { EnvironmentTag } from '../kit/EnvironmentTag';
import { FailureText } from '../kit/FailureText';
import { focusCall, focusDialField } from '../kit/focus';
import { guideResult, STEP_TITLES } from './guide-messages';
import { useOneAtATime } from '../kit/use-one-at-a-time';

const STEPS: readonly GuideStep[] = ['line', 'key', 'call'];

/** Three steps from a fresh installation to a call that was heard: a line, its key, a test call. */
export function FirstRunGuide() {
  const { guide, profiles } = useApp();
  const { step } = useStore(guide);
  const snapshot = useStore(profiles);
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(step);
  // Whoever pressed Next hears where they are; at the start the focus stays where it is.
  useEffect(() => {
    if (before.current !== step) heading.current?.focus();
    before.current = step;
  }, [step]);
  const line = activeProfile(snapshot);
  function close(): void {
    guide.close();
    focusDialField();
  }
  if (snapshot === null || line === null) return null;
  const at = STEPS.indexOf(step);
  return (
    <section className="card guide" aria-label="First-run guide" data-testid="guide" data-step={step}>
      <div className="guide-head">
        <h2 ref={heading} tabIndex={-1} className="guide-title">
          <span className="guide-count">Step {at + 1} of 3</span> {STEP_TITLES[step]}
        </h2>
        <Button className="button compact" onPress={close}>
          Skip the guide
        </Button>
      </div>
      {step === 'line' && <LineStep line={line} lines={snapshot.profiles} />}
      {step === 'key' && <KeyStep line={line} />}
      {step === 'call' && <CallStep key={line.id} line={line} onFinish={close} />}
    </section>
  );
}

function Steps({
  back,
  next,
  disabled = false,
}: {
  readonly back?: GuideStep;
  readonly next?: GuideStep;
  readonly disabled?: boolean;
}) {
  const { guide } = useApp();
  return (
    <div className="guide-steps">
      {back !== undefined && (
        <Button className="button" onPress={() => guide.go(back)}>
          Back
        </Button>
      )}
      {next !== undefined && (
        <Button className="button primary" isDisabled={disabled} onPress={() => guide.go(next)}>
          Next
        </Button>
      )}
    </div>
  );
}

/** As many lines as the card has room for; the one in use is among them. */
function firstOf(lines: readonly Profile[], line: Profile): readonly Profile[] {
  const first = lines.slice(0, 6);
  return first.includes(line) ? first : [line, ...first.slice(0, 5)];
}

function LineStep({ line, lines }: { readonly line: Profile; readonly lines: readonly Profile[] }) {
  const { profiles, view } = useApp();
  const [failed, setFailed] = useState<{ readonly failure: Failure; readonly id: string } | null>(null);
  async function choose(id: string): Promise<void> {
    setFailed(null);
    const chosen = await profiles.select(id);
    if (!chosen.ok) setFailed({ failure: chosen.failure, id });
  }
  return (
    <>
      <p className="guide-text">
        A line is who you are and where your gateway is. The Practice line works at once: its gateway is on this
        computer.
      </p>
      <div className="guide-lines" role="radiogroup" aria-label="Line to start with">
        {firstOf(lines, line).map((each) => (
          <label key={each.id} className="guide-line" data-environment={each.environment}>
            <input type="radio" name="guide-line" checked={each.id === line.id} onChange={() => void choose(each.id)} />
            <span className="guide-line-name">{each.name}</span>
            <EnvironmentTag environment={each.environment} />
          </label>
        ))}
      </div>
      {failed !== null && (
        <FailureText failure={failed.failure} onRetry={() => void choose(failed.id)} onDone={() => setFailed(null)} />
      )}
      <div className="guide-foot">
        <Button className="button" onPress={() => view.openSettings('profiles')}>
          Set up another line...
        </Button>
        <Steps next="key" />
      </div>
    </>
  );
}

function KeyStep({ line }: { readonly line: Profile }) {
  const { profiles } = useApp();
  const snapshot = useStore(profiles);
  const { busy, alone } = useOneAtATime();
  const [failed, setFailed] = useState<{ readonly failure: Failure; readonly again: () => void } | null>(null);
  const [added, setAdded] = useState('');
  const active = snapshot === null ? null : keyStatusOf(snapshot, line.id).active;
  async function add(source: KeySource): Promise<void> {
    await alone(async () => {
      setFailed(null);
      const result = await profiles.addKey(source, line.id, 'active');
      if (result.ok) setAdded('The key is added.');
      else if (result.failure.reason !== 'cancelled')
        setFailed({ failure: result.failure, again: () => void add(source) });
    });
  }
  return (
    <>
      {active === null ? (
        <>
          <p className="guide-text">
            Copy the key of {line.name}, or have it in a file. It goes straight into the keychain and never reaches this
            window.
          </p>
          <div className="guide-foot">
            <Button className="button primary" isPending={busy} onPress={() => void add('keys.pasteFromClipboard')}>
              Paste key from clipboard
            </Button>
            <Button className="button" isPending={busy} onPress={() => void add('keys.loadFromFile')}>
              From file...
            </Button>
          </div>
        </>
      ) : (
        <p className="guide-text">
          <Check className="guide-check" size={16} aria-hidden="true" /> {line.name} has a key
          {active.origin === 'generated' ? ', which Ringfence made by itself' : ''}: <code>{active.fingerprint}</code>.
          Ringfence only ever shows this fingerprint. From the key it makes tokens that live {line.policy.tokenLifeS}{' '}
          seconds.
          {line.id === PRACTICE_PROFILE_ID ? '' : ' Compare it with the fingerprint that the gateway shows.'}
        </p>
      )}
      <p className="visually-hidden" role="status">
        {added}
      </p>
      {failed !== null && (
        <FailureText failure={failed.failure} onRetry={failed.again} onDone={() => setFailed(null)} />
      )}
      <div className="guide-foot">
        <Steps back="line" next="call" disabled={active === null} />
      </div>
    </>
  );
}

function CallStep({ line, onFinish }: { readonly line: Profile; readonly onFinish: () => void }) {
  const { guide, phone } = useApp();
  const { call, failure } = useStore(guide);
  const { registration } = useStore(phone);
  const [target, setTarget] = useState(line.environment === 'practice' ? 'echo' : '');
  const [placing, setPlacing] = useState(false);
  const calls = hasSip(line);
  const ready = registration.phase === 'registered' || registration.phase === 'ready';
  const under = call !== null && call.phase !== 'ended';
  const result = call === null ? null : guideResult(call);
  async function place(): Promise<void> {
    setPlacing(true);
    const placed: Result<string> = await guide.place(calls ? target : '');
    setPlacing(false);
    // The card is there after the next render.
    if (placed.ok) requestAnimationFrame(() => focusCall(placed.value));
  }
  const failed = failure !== null && <FailureText failure={failure} onRetry={() => void place()} />;
  const said = (
    <p className="guide-result" role="status" data-tone={result?.tone ?? 'quiet'} data-testid="guide-result">
      {result === null
        ? ready
          ? ''
          : 'This line is not registered yet.'
        : under
          ? `${result.sentence} Press End when you have heard enough.`
          : result.sentence}
    </p>
  );
  // The card of the call is above: what came of it needs the little room that is left.
  if (call !== null) {
    return (
      <>
        {said}
        {!under && (
          <div className="guide-foot">
            <div className="guide-steps">
              <Button className="button" onPress={() => guide.go('call')}>
                Try it again
              </Button>
              <Button className="button primary" isDisabled={result?.tone !== 'good'} onPress={onFinish}>
                Finish
              </Button>
            </div>
          </div>
        )}
      </>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !placing && (!calls || target.trim() !== '')) void place();
      }}
    >
      <p className="guide-text">
        {line.environment === 'practice'
          ? '"echo" answers and sends back what you say.'
          : calls
            ? 'Any number that answers will do: your own mobile, or an echo service.'
            : 'The assistant of this line answers.'}
      </p>
      <div className="guide-call">
        {calls && (
          <TextField className="guide-number" value={target} onChange={setTarget}>
            <Label className="field-label">Test number</Label>
            <Input className="field-input" autoComplete="off" spellCheck="false" maxLength={256} />
          </TextField>
        )}
        <Button
          className="button primary"
          type="submit"
          isDisabled={!ready || placing || (calls && target.trim() === '')}
        >
          Try it
        </Button>
      </div>
      {said}
      {failed}
      <div className="guide-foot">
        <Steps back="key" />
      </div>
    </form>
  );
}
