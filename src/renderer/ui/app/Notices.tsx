import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Text } from 'react-aria-components/Text';
import {
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components/Toast';
import { FailureText } from '../kit/FailureText';
import { IconButton } from '../kit/IconButton';
import { notices, type Notice } from '../kit/notices';

/** Says how high they are, so that their place on the screen is as high. */
function useHeight(): (element: HTMLElement | null) => void {
  const sizes = useRef<ResizeObserver | null>(null);
  useEffect(() => () => sizes.current?.disconnect(), []);
  return (element) => {
    sizes.current?.disconnect();
    const { style } = document.documentElement;
    if (element === null) {
      style.removeProperty('--notices-height');
      return;
    }
    sizes.current = new ResizeObserver(() => style.setProperty('--notices-height', `${element.offsetHeight}px`));
    sizes.current.observe(element);
  };
}

/** What is said at the edge of a screen, in the place that each screen has for it. */
export function Notices() {
  const region = useHeight();
  return (
    <ToastRegion ref={region} queue={notices} className="notices" aria-label="Notices">
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
  if (notice.kind === 'sentence') return <Text slot="title">{notice.sentence}</Text>;
  return (
    <>
      <Text slot="title" className="notice-title">
        That did not work
      </Text>
      <FailureText failure={notice.failure} onDone={onDone} />
    </>
  );
}
