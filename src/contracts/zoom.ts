/** How large everything is drawn, in percent of its own size. */
import { z } from 'zod';

/** The sizes that menu and keys go through. */
export const ZOOM_STEPS = [50, 67, 80, 90, 100, 110, 125, 150, 175, 200] as const;
export const ACTUAL_ZOOM = 100;

export const zoomPercent = z.number().int().min(ZOOM_STEPS[0]).max(200);

export type ZoomChange = 'in' | 'out' | 'reset';

/** The size after one step; at either end it stays. */
export function zoomAfter(percent: number, change: ZoomChange): number {
  if (change === 'reset') return ACTUAL_ZOOM;
  const further =
    change === 'in' ? ZOOM_STEPS.find((step) => step > percent) : ZOOM_STEPS.findLast((step) => step < percent);
  return further ?? percent;
}
