import { X } from 'lucide-react';
import { useLayoutEffect, useRef, type RefObject } from 'react';
import { Text } from 'react-aria-components/Text';
import {
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components/Toast';
import { FailureText } from '../kit/FailureText';
import { IconButton } from '../kit/IconButton';
import { notices, type Notice } from '../kit/notices';

/** Says how high all of them are together, so that their place on the screen is as high. */
function useNoticesHeight(notice: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const region = notice.current?.closest<HTMLElement>('.notices') ?? null;
    if (region === null) return undefined;
    const { style } = document.documentElement;
    const tell = (): void => style.setProperty('--notices-height', `${region.offsetHeight}px`);
    tell();
    const sizes = new ResizeObserver(tell);
    sizes.observe(region);
    return () => {
      sizes.disconnect();
      // After the last one there is no region any more.
      requestAnimationFrame(() => {
        if (!region.isConnected) style.removeProperty('--notices-height');
      });
    };
  }, [notice]);
}

/** What is said at the edge of a screen, in the place that each screen has for it. */
export function Notices() {
  return (
    <ToastRegion queue={notices} className="notices" aria-label="Notices">
      {({ toast }) => (
        <Toast toast={toast} className="notice" data-kind={toast.content.kind}>
          <ToastContent className="notice-content">
            <Words notice={toast.content} onDone={() => notices.close(toast.key)} />
          </ToastContent>
          <IconButton slot="close" className="icon-button small" label="Close">
            <X size={16} aria-hidden="true" />
          </IconButton>
        </Toast>
      )}
    </ToastRegion>
  );
}

function Words({ notice, onDone }: { readonly notice: Notice; readonly onDone: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useNoticesHeight(box);
  return (
    <div ref={box}>
      {notice.kind === 'sentence' ? (
        <Text slot="title">{notice.sentence}</Text>
      ) : (
        <>
          <Text slot="title" className="notice-title">
            That did not work
          </Text>
          <FailureText failure={notice.failure} onDone={onDone} />
        </>
      )}
    </div>
  );
}
