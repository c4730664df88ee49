import { ChevronDown, ChevronUp, Copy, Phone } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import type { LiveCallFacts, LiveEvent } from '../../../contracts/call/event';
import { useApp } from '../kit/app-context';
import { copyText } from '../kit/copy-text';
import { clock, partyNumber, partyTarget } from '../kit/format';
import { endInWords } from '../kit/messages';
import { saySentence } from '../kit/notices';
import { placeCall } from '../kit/place-call';
import { EventIcon } from './EventIcon';

const FINGERPRINT = /\b([0-9a-f]{8})\b/;

interface EventRowProps {
  readonly event: LiveEvent;
  /** Pixels from the top of the list. */
  readonly top: number;
  /** The row's place in the list, from 1, and the length of the list: only some rows are in the page. */
  readonly position: number;
  readonly total: number;
  readonly isOpen: boolean;
  readonly onOpen: (open: boolean) => void;
}

/** One event: what, when, with whom. That of a call opens to what can be done about it. */
export function EventRow({ event, top, position, total, isOpen, onOpen }: EventRowProps) {
  // Only tokens and keys are told by fingerprint; a number of eight digits elsewhere is a number.
  const parts = event.category === 'tokens' ? event.detail.split(FINGERPRINT) : [event.detail];
  const Chevron = isOpen ? ChevronUp : ChevronDown;
  return (
    <li
      className="event-row"
      data-testid="event-row"
      data-kind={event.kind}
      data-open={isOpen}
      style={{ transform: `translateY(${top}px)` }}
      aria-posinset={position}
      aria-setsize={total}
    >
      <EventIcon kind={event.kind} />
      {event.call === undefined ? (
        <span className="event-title">{event.title}</span>
      ) : (
        <Button className="event-title event-opener" aria-expanded={isOpen} onPress={() => onOpen(!isOpen)}>
          <span className="event-title-text">{event.title}</span>
          <Chevron size={16} aria-hidden="true" />
        </Button>
      )}
      <time className="event-time" dateTime={new Date(event.at).toISOString()}>
        {clock(event.at)}
      </time>
      <span className="event-detail" title={event.detail}>
        {parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}
      </span>
      {isOpen && event.call !== undefined && <CallFacts call={event.call} />}
    </li>
  );
}

function CallFacts({ call: { peer, cause, code } }: { readonly call: LiveCallFacts }) {
  const app = useApp();
  const number = partyNumber(peer);
  return (
    <div className="event-facts">
      <p className="event-reason">
        {cause === null ? '' : endInWords(cause)} {code !== '' && <code>{code}</code>}
      </p>
      <Button
        className="button compact"
        onPress={() =>
          saySentence(
            copyText(number)
              ? `Copied ${number}.`
              : 'Nothing was copied: Ringfence could not write to the clipboard. Try again.',
          )
        }
      >
        <Copy size={16} aria-hidden="true" />
        Copy number
      </Button>
      <Button
        className="button compact good"
        aria-label={`Call ${number}`}
        isDisabled={partyTarget(peer) === ''}
        onPress={() => void placeCall(app, partyTarget(peer))}
      >
        <Phone size={16} aria-hidden="true" />
        Call
      </Button>
    </div>
  );
}
