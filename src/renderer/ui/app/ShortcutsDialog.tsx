import { X } from 'lucide-react';
import { Dialog, Heading } from 'react-aria-components/Dialog';
import { Keyboard } from 'react-aria-components/Keyboard';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { chordsWith } from '../../../contracts/shortcuts';
import { shortcutList } from '../kit/keyboard';
import { IconButton } from '../kit/IconButton';

/** The list of keys, shown by `?`. */
export function ShortcutsDialog() {
  const { settings, view } = useApp();
  const on = useSelected(settings, ({ shortcutsOn }) => shortcutsOn);
  const changed = useSelected(settings, ({ shortcuts }) => shortcuts);
  const open = useSelected(view, ({ shortcutsOpen }) => shortcutsOpen);
  return (
    <ModalOverlay
      className="veil"
      isDismissable
      isOpen={open}
      onOpenChange={(shortcutsOpen) => view.change({ shortcutsOpen })}
    >
      <Modal className="modal">
        <Dialog className="dialog">
          <div className="dialog-head">
            <Heading slot="title">Keyboard</Heading>
            <IconButton slot="close" className="icon-button small" label="Close">
              <X size={20} aria-hidden="true" />
            </IconButton>
          </div>
          {!on && <p className="dialog-text">The keys for calls are switched off in Settings, Keyboard.</p>}
          <dl className="shortcuts">
            {shortcutList(on ? chordsWith(changed) : null).map(({ keys, does }) => (
              <div key={does} className="shortcut">
                <dt>
                  {keys.map((key) => (
                    <Keyboard key={key}>{key}</Keyboard>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
