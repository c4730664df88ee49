import { useEffect, type RefObject } from 'react';

/** How much of the bottom tool there is room for: all of it, its one row, or none while a call rings. */
type Fold = 'no' | 'row' | 'away';

/** What the style sheet leaves below the calls, pixels. */
const BELOW_CALLS = 4;

const heightOf = (element: Element): number => element.getBoundingClientRect().height;
/** Pixels between the parts, and around all. */
const spaceAround = (element: Element): number => {
  const { paddingTop, paddingBottom } = getComputedStyle(element);
  return parseFloat(paddingTop) + parseFloat(paddingBottom);
};

function fit(phone: HTMLElement): void {
  const set = (fold: Fold): void => {
    if (phone.dataset['fold'] !== fold) phone.dataset['fold'] = fold;
  };
  const [tool] = phone.getElementsByClassName('dialling');
  if (tool === undefined || phone.querySelector('[data-calls]') === null) {
    set('no');
    return;
  }
  const gap = parseFloat(getComputedStyle(phone).rowGap);
  const wanted = [...phone.querySelectorAll('[data-wants-room]')].map(heightOf).filter((height) => height > 0);
  // Of those that ended one is in sight; the others scroll.
  const [line] = phone.querySelectorAll('[data-wants-line] > *');
  if (line !== undefined) wanted.push(heightOf(line));
  const calls = wanted.reduce((sum, height) => sum + height + gap, 0);
  const room = heightOf(phone) - spaceAround(phone) - BELOW_CALLS - calls;
  // The tool is as high as its state in full: that is measured, whatever the width makes of it.
  set('no');
  if (heightOf(tool) <= room) return;
  set('row');
  const rings = phone.querySelector('[data-rings]') !== null;
  if (heightOf(tool) > room && rings && !tool.contains(document.activeElement)) set('away');
}

/**
 * Folds the bottom tool where calls need its room (`data-fold`): the active card and the one that rings are always whole. `state` says which tool it is, and for how many calls.
 * What grows is watched (`data-wants-room`, `data-takes-room`), and not the tool itself, whose size follows from this.
 */
export function useFold(phone: RefObject<HTMLElement | null>, state: string): void {
  useEffect(() => {
    const element = phone.current;
    if (element === null) return undefined;
    const sizes = new ResizeObserver(() => fit(element));
    sizes.observe(element);
    for (const part of element.querySelectorAll('[data-wants-room], [data-wants-line], [data-takes-room]'))
      sizes.observe(part);
    return () => sizes.disconnect();
  }, [phone, state]);
}
