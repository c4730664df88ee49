import { Link } from 'react-aria-components/Link';
import { useApp } from '../kit/app-context';
import { placeCall } from '../kit/place-call';

const SERVICES: readonly { readonly target: string; readonly does: string }[] = [
  { target: 'echo', does: 'hear your own voice' },
  { target: 'call-me', does: 'be called back' },
  { target: 'tone', does: 'hear a tone' },
  { target: 'digits', does: 'try the keypad' },
];

/** What the Practice line can do, while there is no call. */
export function PracticeHint() {
  const app = useApp();
  return (
    <div className="hint">
      <p className="hint-title">This line is for practice: the gateway is on this computer.</p>
      <ul className="hint-list">
        {SERVICES.map(({ target, does }) => (
          <li key={target}>
            <Link className="hint-button" onPress={() => void placeCall(app, target)}>
              <strong>{target}</strong>
              <span>{does}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
