import { Check, CircleDashed, LoaderCircle, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Profile } from '../../../contracts/profile/profile';
import type { TestStep } from '../../state/connection-tests-store';
import { useSelected } from '../../state/use-store';
import { useApp } from './app-context';
import { resultSentence, STATE_MESSAGES, STEP_MESSAGES } from './connection-messages';
import { FailureText } from './FailureText';
import { focusTest } from './focus';

const ICONS = {
  waiting: CircleDashed,
  running: LoaderCircle,
  passed: Check,
  failed: X,
  skipped: CircleDashed,
} as const;

/** Begins a test of a line's connection. What it says is in `ConnectionTest`. */
export function TestButton({
  profile,
  label = 'Test connection',
  isDisabled = false,
}: {
  readonly profile: Profile;
  readonly label?: string;
  readonly isDisabled?: boolean;
}) {
  const { tests } = useApp();
  const running = useSelected(tests, (all) => all.get(profile.id)?.running === true);
  return (
    <Button
      className="button"
      data-tests={profile.id}
      aria-label={`${label}: ${profile.name}`}
      isDisabled={isDisabled || running}
      onPress={() => void tests.start(profile)}
    >
      {running ? 'Testing...' : label}
    </Button>
  );
}

/** The steps of a line's test with their times and reasons; nothing before the first test. */
export function ConnectionTest({ profile }: { readonly profile: Profile }) {
  const { tests } = useApp();
  const run = useSelected(tests, (all) => all.get(profile.id));
  const box = useRef<HTMLElement>(null);
  const running = run?.running;
  // At its begin, and with the result at its end.
  useEffect(() => {
    if (running !== undefined) box.current?.scrollIntoView({ block: 'nearest' });
  }, [running]);
  if (run === undefined) return null;
  const sentence = resultSentence(run, profile.name);
  return (
    <section
      ref={box}
      className="connection-test"
      aria-label={`Test of ${profile.name}`}
      data-testid="connection-test"
      data-running={run.running}
    >
      <ol className="test-steps">
        {run.steps.map((step) => (
          <Step key={step.name} step={step} profileId={profile.id} onRetry={() => void tests.start(profile)} />
        ))}
      </ol>
      <div className="test-result">
        <p role="status">{sentence ?? ''}</p>
        <Button
          className="button compact"
          onPress={() => {
            tests.close(profile.id);
            // The button that was pressed goes; the other one is enabled after the next render.
            requestAnimationFrame(() => focusTest(profile.id));
          }}
        >
          {run.running ? 'Stop' : 'Close'}
        </Button>
      </div>
    </section>
  );
}

function Step({
  step,
  profileId,
  onRetry,
}: {
  readonly step: TestStep;
  readonly profileId: string;
  readonly onRetry: () => void;
}) {
  const { name, state, ms, detail, failure } = step;
  const words = STEP_MESSAGES[name];
  const Icon = ICONS[state];
  return (
    <li className="test-step" data-state={state} data-step={name}>
      <Icon className="test-icon" size={16} aria-hidden="true" />
      <span className="test-name">
        {words.name}
        <span className="visually-hidden">: {STATE_MESSAGES[state]}</span>
      </span>
      <span className="test-time">{ms === null ? '' : `${ms} ms`}</span>
      {failure === null ? (
        <span className="test-detail">{state === 'passed' && detail !== '' ? detail : words.does}</span>
      ) : (
        <div className="test-detail">
          <FailureText failure={failure} profileId={profileId} onRetry={onRetry} />
        </div>
      )}
    </li>
  );
}
