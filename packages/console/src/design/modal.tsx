import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { useLanguage } from "../language/language.js";

/** A dialog over the page: keeps the focus inside, closes with Escape, gives the focus back. */
export function Modal(props: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly text?: string;
  readonly children: ReactNode;
  /** What stands beside Close. */
  readonly actions?: ReactNode;
  /** What closing without an action is called; left out: Cancel. */
  readonly dismiss?: string;
}) {
  const { isOpen, onClose, title, text, children, actions, dismiss } = props;
  const { say } = useLanguage();
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="dialog-shade floating" />
        <Dialog.Popup className="dialog floating">
          <Dialog.Title>{title}</Dialog.Title>
          {text !== undefined && <Dialog.Description className="soft">{text}</Dialog.Description>}
          {children}
          <div className="dialog-actions">
            <Dialog.Close className="button">
              {actions === undefined ? say.shell.close : (dismiss ?? say.shell.cancel)}
            </Dialog.Close>
            {actions}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
