/** Checks that run inside the page: each function stands alone, for Playwright sends its text. */

/** Controls that are cut, covered or outside, one sentence each; and whether something sticks out sideways. */
export function controlsOutOfReach(): string[] {
  const found: string[] = [];
  const sideways = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (sideways > 0) found.push(`${sideways} px stick out sideways`);
  const name = (element: Element): string =>
    `${element.tagName.toLowerCase()} "${(element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40)}"`;
  const controls = document.querySelectorAll<HTMLElement>(
    'button, a[href], input, select, textarea, label:has(input), [role="button"], [role="tab"], [role="menuitem"], [role="option"]',
  );
  const cover = document.querySelector(
    '[role="dialog"], [role="alertdialog"]:not([aria-modal="false"]), [role="menu"], [role="listbox"]',
  );
  for (const control of controls) {
    if (control.closest('[inert], [aria-hidden="true"]') !== null) continue;
    // A box of the system's kind covers everything else, on purpose.
    if (cover !== null && !cover.contains(control)) continue;
    const style = getComputedStyle(control);
    if (style.visibility === 'hidden' || !control.checkVisibility()) continue;
    const own = control.getBoundingClientRect();
    // For screen readers alone; their label is what a person sees and hits.
    if (own.width <= 2 || own.height <= 2 || style.opacity === '0') continue;
    if (control instanceof HTMLInputElement && control.closest('label') !== null) continue;
    control.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const { left, right, top, bottom, width, height } = control.getBoundingClientRect();
    let box = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    for (let parent = control.parentElement; parent !== null; parent = parent.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(parent);
      const around = parent.getBoundingClientRect();
      if (overflowX !== 'visible')
        box = { ...box, left: Math.max(box.left, around.left), right: Math.min(box.right, around.right) };
      if (overflowY !== 'visible')
        box = { ...box, top: Math.max(box.top, around.top), bottom: Math.min(box.bottom, around.bottom) };
      if (position === 'fixed') break;
    }
    const tall = height > box.bottom - box.top;
    const cut =
      left < box.left - 1 || right > box.right + 1 || (!tall && (top < box.top - 1 || bottom > box.bottom + 1));
    if (cut) {
      found.push(`${name(control)} is cut or outside`);
      continue;
    }
    const hit = document.elementFromPoint(
      left + width / 2,
      (Math.max(top, box.top) + Math.min(bottom, box.bottom)) / 2,
    );
    if (hit !== null && !control.contains(hit) && !hit.contains(control))
      found.push(`${name(control)} is covered by ${name(hit)}`);
    if (
      style.overflowX !== 'visible' &&
      control.scrollWidth > control.clientWidth + 1 &&
      !(control instanceof HTMLInputElement)
    )
      found.push(`${name(control)} does not show its whole text`);
  }
  return found;
}

/** With forced colours: controls without an edge, and chosen ones that look like the others. */
export function coloursThatForget(): string[] {
  const found: string[] = [];
  const name = (element: Element): string =>
    `${element.getAttribute('role') ?? element.tagName.toLowerCase()} "${(element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40)}"`;
  const isShown = (element: HTMLElement): boolean =>
    element.checkVisibility() &&
    element.getBoundingClientRect().width > 2 &&
    element.closest('[aria-hidden="true"]') === null;
  const look = (element: Element): string => {
    const { backgroundColor, color, border, outline, outlineOffset, textDecoration, fontWeight } =
      getComputedStyle(element);
    const mark = [...element.querySelectorAll('*'), element].map(
      (each) => getComputedStyle(each, '::after').content + getComputedStyle(each, '::before').content,
    );
    return [
      backgroundColor,
      color,
      border,
      outline,
      outlineOffset,
      textDecoration,
      fontWeight,
      element.querySelectorAll('svg').length,
      mark,
    ].join();
  };
  for (const control of document.querySelectorAll<HTMLElement>(
    'button, [role="button"], input:not([type="radio"], [type="checkbox"])',
  )) {
    if (!isShown(control)) continue;
    let edged = false;
    for (const each of [control, control.parentElement]) {
      if (each === null) continue;
      const { borderTopWidth, borderTopStyle, borderBottomWidth, borderBottomStyle, outlineWidth, outlineStyle } =
        getComputedStyle(each);
      edged ||=
        (parseFloat(borderTopWidth) > 0 && borderTopStyle !== 'none') ||
        (parseFloat(borderBottomWidth) > 0 && borderBottomStyle !== 'none') ||
        (parseFloat(outlineWidth) > 0 && outlineStyle !== 'none');
    }
    if (!edged) found.push(`${name(control)} has no edge`);
  }
  const chosen =
    '[aria-selected="true"], [aria-pressed="true"], [aria-checked="true"], [aria-current]:not([aria-current="false"]), [data-selected="true"]';
  /** How it looks with all its parts; null: it is built in another way than `like`, so that only it itself can be compared. */
  const looks = (element: Element, like: Element): readonly string[] | null => {
    const [parts, others] = [[...element.querySelectorAll('*')], [...like.querySelectorAll('*')]];
    const isAlike = parts.length === others.length && parts.every(({ tagName }, at) => tagName === others[at]?.tagName);
    return isAlike ? [element, ...parts].map(look) : null;
  };
  for (const one of document.querySelectorAll<HTMLElement>(chosen)) {
    if (!isShown(one)) continue;
    const tag = one.tagName;
    const other = [...(one.parentElement?.children ?? [])].find(
      (each) =>
        each !== one &&
        each.tagName === tag &&
        each.getAttribute('role') === one.getAttribute('role') &&
        !each.matches(chosen),
    );
    if (other === undefined) continue;
    const [mine, its] = [looks(one, other) ?? [look(one)], looks(other, one) ?? [look(other)]];
    if (mine.join() === its.join()) found.push(`${name(one)} looks as if it were not chosen`);
  }
  return found;
}

interface FocusWatch {
  readonly wanted: Map<Element, string>;
  readonly unseen: Set<string>;
}

/** Notes what Tab comes by from now on; answers with how often to press it. */
export async function startWatchingFocus(): Promise<number> {
  (document.activeElement as HTMLElement | null)?.blur();
  // Until the ring of whatever had the focus is gone.
  for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
  const cover = document.querySelector(
    '[role="dialog"], [role="alertdialog"]:not([aria-modal="false"]), [role="menu"], [role="listbox"]',
  );
  const name = (element: Element): string =>
    `${element.tagName.toLowerCase()} "${(element.getAttribute('aria-label') ?? (element.textContent || element.id)).trim().slice(0, 40)}"`;
  /** What a ring can be drawn with: on the control, around it, or on the other parts of its label. */
  const look = (element: Element): string => {
    const parts = [...(element.closest('label')?.querySelectorAll('*') ?? [])];
    for (let each: Element | null = element; each !== null && parts.length < 40; each = each.parentElement)
      parts.push(each);
    return parts
      .map((each) => {
        const { outline, boxShadow, borderColor, backgroundColor, color } = getComputedStyle(each);
        return [outline, boxShadow, borderColor, backgroundColor, color].join();
      })
      .join(' ');
  };
  const wanted = new Map<Element, string>();
  const atRest = new Map<Element, string>();
  const groups = new Set<unknown>();
  for (const control of document.querySelectorAll<HTMLElement>(
    'button, a[href], input, select, textarea, [tabindex]',
  )) {
    if (control.tabIndex < 0 || control.closest('[inert], [aria-hidden="true"]') !== null) continue;
    if (control.matches(':disabled') || !control.checkVisibility({ visibilityProperty: true })) continue;
    if (cover !== null && !cover.contains(control)) continue;
    // Tab comes by one of a group, the arrows by the others.
    const group =
      control instanceof HTMLInputElement && control.type === 'radio'
        ? control.name
        : control.closest('[role="radiogroup"], [role="toolbar"], [role="tablist"]');
    if (group !== null && groups.has(group)) continue;
    if (
      control instanceof HTMLInputElement &&
      control.type === 'radio' &&
      !control.checked &&
      document.querySelector(`input[name="${CSS.escape(control.name)}"]:checked`) !== null
    )
      continue;
    if (group !== null) groups.add(group);
    wanted.set(control, name(control));
    atRest.set(control, look(control));
  }
  const unseen = new Set<string>();
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    wanted.delete(target);
    const before = atRest.get(target);
    // React draws the ring in the same task or in the next frame.
    requestAnimationFrame(() => {
      if (document.activeElement === target && before !== undefined && look(target) === before)
        unseen.add(name(target));
    });
  });
  (globalThis as unknown as { focusWatch: FocusWatch }).focusWatch = { wanted, unseen };
  // Within a date Tab comes by its day, month, year and calendar; after the last control by the browser's own.
  const ofDates = [...wanted.keys()].filter((control) => control.matches('input[type="date"]')).length * 3;
  return wanted.size + ofDates + 3;
}

/** What Tab did not come by, and where it was not to be seen. */
export function untabbed(): string[] {
  const { wanted, unseen } = (globalThis as unknown as { focusWatch: FocusWatch }).focusWatch;
  return [
    ...[...wanted].filter(([element]) => element.isConnected).map(([, name]) => `Tab does not come by ${name}`),
    ...[...unseen].map((name) => `the focus is not to be seen on ${name}`),
  ];
}
