import { Button } from 'react-aria-components/Button';
import { Dialog, Heading } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { SettlingButton } from './SettlingButton';

/** A question before something that cannot be taken back. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** What Cancel is called. */
  readonly stay?: string;
  /** From left to right; Cancel stands before them. */
  readonly answers: readonly {
    readonly label: string;
    readonly tone: 'danger' | 'primary' | 'plain';
    readonly act: () => void;
  }[];
}

interface ConfirmDialogProps {
  /** Null: nothing is asked. */
  readonly question: Question | null;
  readonly onClose: () => void;
}

const TONES = { danger: 'button danger', primary: 'button primary', plain: 'button' } as const;

/** Asks; Cancel has the focus, and Esc means Cancel. */
export function ConfirmDialog({ question, onClose }: ConfirmDialogProps) {
  return (
    <ModalOverlay
      className="veil"
      isOpen={question !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className="modal">
        <Dialog className="dialog" role="alertdialog">
          <Heading slot="title">{question?.title}</Heading>
          <p className="dialog-text">{question?.text}</p>
          <div className="dialog-actions">
            <Button className="button" autoFocus onPress={onClose}>
              {question?.stay ?? 'Cancel'}
            </Button>
            {question?.answers.map(({ label, tone, act }) => (
              <SettlingButton
                key={label}
                className={TONES[tone]}
                meaning={question.title}
                onPress={() => {
                  onClose();
                  act();
                }}
              >
                {label}
              </SettlingButton>
            ))}
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
