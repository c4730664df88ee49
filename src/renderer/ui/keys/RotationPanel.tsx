import { Check, CircleArrowUp, KeyRound, Timer, type LucideIcon } from 'lucide-react';
import { useCallback, useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { PRACTICE_PROFILE_ID } from '../../../contracts/profile/practice';
import type { KeyStatus, Profile } from '../../../contracts/profile/profile';
import type { KeySource } from '../../state/profiles-store';
import { Countdown } from '../kit/Countdown';
import { keySources } from './key-messages';
import { finishesEarly, rotationCards, rotationStep, timeLeft, waitsUntil, type RotationCard } from './rotation';
import '../rotation.css';

/** What can be done in a rotation; each asks first where something may go wrong. */
export interface RotationActions {
  readonly addNext: (source: KeySource) => void;
  readonly promote: (early: boolean) => void;
  readonly finish: (early: boolean) => void;
  /** The key before the promotion signs again. */
  readonly back: () => void;
  /** Removes the next key. */
  readonly stop: () => void;
  /** Emergency: the active key goes at once. */
  readonly replace: (source: KeySource) => void;
}

interface RotationPanelProps {
  readonly id: string;
  readonly profile: Profile;
  readonly status: KeyStatus;
  readonly actions: RotationActions;
  /** Something is being done, or the system asks the person. */
  readonly busy: boolean;
  readonly onClose: () => void;
}

const ICONS: readonly [LucideIcon, LucideIcon, LucideIcon] = [KeyRound, Timer, CircleArrowUp];

/** The time as far as the cards care: it moves when a wait is over. */
function useNowUntil(until: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (until === null) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, until - Date.now()) + 10);
    return () => clearTimeout(timer);
  }, [until]);
  return now;
}

/** A rotation in three steps: what was done, what is to do, and what the gateway must do meanwhile. */
export function RotationPanel({ id, profile, status, actions, busy, onClose }: RotationPanelProps) {
  const lifeS = profile.policy.tokenLifeS;
  const heading = useRef<HTMLHeadingElement>(null);
  const titleId = useId();
  const now = useNowUntil(waitsUntil(status, lifeS));
  const step = rotationStep(status, lifeS, now);
  const own = profile.id === PRACTICE_PROFILE_ID;
  const cards = rotationCards(profile, status, now);

  // It was opened: here it goes on.
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    heading.current?.closest('section')?.scrollIntoView({ block: 'nearest' });
  }, [profile.id]);
  // The button that had the focus is gone with its step.
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, [step]);

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    // Menus and dialogs are elsewhere in the page, though they are children here.
    if (event.key === 'Escape' && !event.defaultPrevented && event.currentTarget.contains(event.target as Node))
      onClose();
  }

  const buttons = {
    add: () =>
      (own ? [...keySources(profile)].reverse() : keySources(profile)).map(({ id: source, label }, index) => (
        <Button
          key={source}
          className={index === 0 ? 'button primary' : 'button'}
          isPending={busy}
          onPress={() => actions.addNext(source)}
        >
          {label}
        </Button>
      )),
    wait: () => (
      <Button className="button" isPending={busy} onPress={() => actions.promote(true)}>
        Promote now...
      </Button>
    ),
    promote: () => (
      <Button className="button primary" isPending={busy} onPress={() => actions.promote(false)}>
        Promote
      </Button>
    ),
    remove: () => (
      <>
        {status.former !== null && (
          <Button className="button primary" isPending={busy} onPress={actions.back}>
            Back to the old key
          </Button>
        )}
        <Button
          className={status.former === null ? 'button primary' : 'button'}
          isPending={busy}
          onPress={() => actions.finish(finishesEarly(profile, status, now))}
        >
          {own ? 'Forget it now' : 'I have removed it'}
        </Button>
      </>
    ),
  };

  return (
    <section id={id} className="settings-card rotation" aria-labelledby={titleId} onKeyDown={onKeyDown}>
      <div className="rotation-head">
        <h2 id={titleId} ref={heading} tabIndex={-1}>
          Rotate the key of {profile.name}
        </h2>
        <p className="quiet">No call is interrupted.</p>
      </div>
      <ol className="rotation-steps">
        {cards.map((card, index) => (
          <Step key={index} card={card} icon={ICONS[index] ?? Timer} lifeS={lifeS}>
            {card.state === 'now' && buttons[step]()}
          </Step>
        ))}
      </ol>
      <div className="rotation-foot">
        <MenuTrigger>
          <Button className="button danger-quiet" isPending={busy}>
            Replace at once...
          </Button>
          <Popover className="popover" placement="top start">
            <Menu className="menu" aria-label={`Replace the key of ${profile.name} at once`}>
              {keySources(profile).map(({ id: source, label }) => (
                <MenuItem key={source} id={source} className="menu-item" onAction={() => actions.replace(source)}>
                  {label}
                </MenuItem>
              ))}
            </Menu>
          </Popover>
        </MenuTrigger>
        {status.next !== null && (
          <Button className="button" isPending={busy} onPress={actions.stop}>
            Stop this rotation...
          </Button>
        )}
        <Button className="button rotation-close" onPress={onClose}>
          Close
        </Button>
      </div>
    </section>
  );
}

interface StepProps {
  readonly card: RotationCard;
  readonly icon: LucideIcon;
  readonly lifeS: number;
  readonly children: React.ReactNode;
}

const SPOKEN = { done: 'Done: ', now: 'Now: ', later: '' } as const;

function Step({ card, icon: Icon, lifeS, children }: StepProps) {
  const { until } = card;
  const words = useCallback(
    (now: number) => (until === null || now >= until ? '' : `${timeLeft(until, lifeS, now)} left. `),
    [until, lifeS],
  );
  const Shown = card.state === 'done' ? Check : Icon;
  return (
    <li className="rotation-step" data-state={card.state} aria-current={card.state === 'now' ? 'step' : undefined}>
      <h3>
        <Shown size={16} aria-hidden="true" />
        <span className="visually-hidden">{SPOKEN[card.state]}</span>
        {card.title}
      </h3>
      <p>
        {until !== null && <Countdown words={words} />}
        {card.text}
      </p>
      {children !== false && <div className="rotation-buttons">{children}</div>}
    </li>
  );
}
