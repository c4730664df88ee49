import { ChevronRight } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Disclosure, DisclosurePanel } from 'react-aria-components/Disclosure';
import { FORM_MESSAGES } from './form-messages';

interface FormSectionProps {
  readonly title: string;
  readonly children: ReactNode;
  /** What is seldom needed, or null. */
  readonly more: ReactNode;
  /** Something behind "More", or in a folded section, wants to be seen. */
  readonly open: boolean;
  /** The whole section is folded until somebody wants it; this is said beside its title. */
  readonly folded?: string;
}

/** One card of the form. */
export function FormSection({ title, children, more, open, folded }: FormSectionProps) {
  const id = useId();
  const [wanted, setWanted] = useState(false);
  if (folded !== undefined)
    return (
      <section className="settings-card form-section" aria-labelledby={id}>
        <Disclosure className="form-more" isExpanded={wanted || open} onExpandedChange={setWanted}>
          <h2 id={id} className="form-title">
            <Button slot="trigger" className="more-button">
              <ChevronRight size={16} aria-hidden="true" />
              {title}
            </Button>
            <span className="form-folded">{folded}</span>
          </h2>
          <DisclosurePanel>
            <div className="form-grid">{children}</div>
          </DisclosurePanel>
        </Disclosure>
      </section>
    );
  return (
    <section className="settings-card form-section" aria-labelledby={id}>
      <h2 id={id} className="form-title">
        {title}
      </h2>
      <div className="form-grid">{children}</div>
      {more !== null && (
        <Disclosure className="form-more" isExpanded={wanted || open} onExpandedChange={setWanted}>
          <Button slot="trigger" className="more-button">
            <ChevronRight size={16} aria-hidden="true" />
            {FORM_MESSAGES.more(title)}
          </Button>
          <DisclosurePanel>
            <div className="form-grid">{more}</div>
          </DisclosurePanel>
        </Disclosure>
      )}
    </section>
  );
}
