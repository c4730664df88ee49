/** Keeps the focus on the screen when what had it goes: a row that was removed, a notice that was put away, a button that was disabled for a while. */
import { useEffect, type RefObject } from 'react';

/**
 * The nearest heading above what is gone gets the focus, and no button: an Enter that is on its way presses nothing then. What is only disabled gets it
 * back when it is enabled again.
 */
export function useKeptFocus(box: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = box.current;
    if (root === null) return undefined;
    /** What had the focus last, and all that it was in. */
    let path: readonly HTMLElement[] = [];
    let wasDisabled = false;
    const isNowhere = (): boolean => document.activeElement === document.body || document.activeElement === null;
    const onFocusIn = ({ target }: FocusEvent): void => {
      // A dialog over it gives the focus back, or would if what had it were still there.
      if (!(target instanceof HTMLElement) || !root.contains(target)) return;
      wasDisabled = false;
      const above: HTMLElement[] = [];
      for (
        let element: HTMLElement | null = target;
        element !== null && element !== root;
        element = element.parentElement
      )
        above.push(element);
      path = [...above, root];
    };
    /** Somebody pressed beside everything: that is no loss. */
    const onPointerDown = ({ target }: PointerEvent): void => {
      if (target instanceof Node && root.contains(target)) path = [];
    };
    const look = (): void => {
      const [last] = path;
      if (last === undefined || !isNowhere()) return;
      if (last.isConnected) {
        if (last.matches(':disabled')) wasDisabled = true;
        else if (wasDisabled) last.focus();
        return;
      }
      // What takes its place may take the focus by itself.
      requestAnimationFrame(() => {
        if (!isNowhere() || path[0] !== last) return;
        const heading = path
          .filter((each) => each.isConnected)
          .map((each) => each.querySelector<HTMLElement>('h1, h2'))
          .find((each) => each !== null);
        if (heading === undefined) return;
        heading.tabIndex = -1;
        heading.focus();
      });
    };
    const changes = new MutationObserver(look);
    changes.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] });
    // A dialog lies beside the screen: what it asked about can be gone before it is.
    changes.observe(document.body, { childList: true });
    document.addEventListener('focusin', onFocusIn);
    // Before anybody else hears of it: a button may take the focus at once.
    document.addEventListener('pointerdown', onPointerDown, true);
    return () => {
      changes.disconnect();
      document.removeEventListener('focusin', onFocusIn);
      document.removeEventListener('pointerdown', onPointerDown, true);
    };
  }, [box]);
}
