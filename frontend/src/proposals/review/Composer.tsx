import { Button, Popover, Textarea } from "@mantine/core";
import { IconPencilBolt, IconX } from "@tabler/icons-react";
import { useId, useRef, useState } from "react";

import { messageOf } from "../../api/client";
import type { Operation, Said } from "../../api/reviews";
import { shownKeys } from "../../actions/keys";
import { matching, mentionsIn, typing } from "../../document/talk";
import { keep, kept } from "../../store/kept";
import { forgetWords, wordsKey, type Member } from "../../store/threads";
import { useThreads } from "../../ui/hooks";
import { Suggest } from "./Suggest";
import { Steps } from "./Suggestion";

interface Props {
  /** Under which name words that are not sent yet are kept. */
  at: string;
  label: string;
  send: string;
  /** What stands there at first, such as a comment that is changed. */
  begin?: string;
  /** The element whose fields a suggestion may change. */
  element?: { part: "nodes" | "edges"; id: string } | null;
  suggestion?: Operation[] | null;
  focus?: boolean;
  /** Stands beside the button that sends. */
  beside?: React.ReactNode;
  onSend(said: Said): Promise<void>;
  onCancel?(): void;
}
const MOST = 6;
const LONGEST = 10_000;

/** Where something is said: with mentions after an @, and perhaps with a change that can be applied. */
export function Composer({ at, label, send, begin = "", element, suggestion: first = null, focus, beside, onSend, onCancel }: Props) {
  const [text, setText] = useState(() => kept<string>(wordsKey(at)) ?? begin);
  const [suggestion, setSuggestion] = useState<Operation[] | null>(first);
  const [suggesting, setSuggesting] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const people = useThreads((s) => s.members);
  const box = useRef<HTMLTextAreaElement>(null);
  /** Of two people with one name, the one that was picked is meant. */
  const picked = useRef<Member[]>([]);
  const mention = useMention(text, box);
  const change = (next: string) => {
    setText(next);
    keep(wordsKey(at), next.trim() && next !== begin ? next : null);
  };
  const ready = text.trim() !== "" && !busy;
  const submit = async () => {
    if (!ready) return;
    setBusy(true);
    setFailure(null);
    try {
      await onSend({ body: text.trim(), mentions: mentionsIn(text, [...picked.current, ...people]), ...(suggestion ? { suggestion } : {}) });
      forgetWords(at);
      setText("");
      setSuggestion(null);
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const pick = (person: Member) => {
    const chosen = mention.replace(person.name);
    picked.current = [person, ...picked.current];
    change(chosen.text);
    requestAnimationFrame(() => box.current?.setSelectionRange(chosen.caret, chosen.caret));
    box.current?.focus();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (mention.onKey(event, pick)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void submit();
    }
    if (event.key === "Escape" && onCancel) {
      event.stopPropagation();
      onCancel();
    }
  };
  return (
    <form className="composer" data-testid="composer" onSubmit={(e) => { e.preventDefault(); void submit(); }}>
      <Popover opened={mention.shown.length > 0} position="bottom-start" offset={2} shadow="md" trapFocus={false} returnFocus={false} closeOnEscape={false} withRoles={false}>
        <Popover.Target>
          <Textarea
            ref={box}
            aria-label={label}
            placeholder={`${label}. @ mentions somebody.`}
            autosize
            minRows={2}
            maxRows={10}
            maxLength={LONGEST}
            value={text}
            data-autofocus={focus || undefined}
            autoFocus={focus}
            aria-autocomplete="list"
            aria-controls={mention.shown.length ? mention.listId : undefined}
            aria-activedescendant={mention.shown.length ? `${mention.listId}-${mention.at}` : undefined}
            data-testid="comment-text"
            onChange={(e) => { change(e.currentTarget.value); mention.look(); }}
            onKeyUp={mention.look}
            onClick={mention.look}
            onBlur={mention.close}
            onKeyDown={onKeyDown}
          />
        </Popover.Target>
        <Popover.Dropdown p={4}>
          <ul className="mention-list" role="listbox" aria-label="People" id={mention.listId}>
            {mention.shown.map((p, i) => <li key={p.id} id={`${mention.listId}-${i}`} role="option" aria-selected={i === mention.at} onMouseDown={(e) => { e.preventDefault(); pick(p); }}>{p.name}<span className="muted small">{p.email}</span></li>)}
          </ul>
        </Popover.Dropdown>
      </Popover>
      {suggestion && <div className="composer-suggestion"><Steps operations={suggestion} /><button type="button" className="icon-button" aria-label="Do not suggest this" title="Do not suggest this" onClick={() => setSuggestion(null)}><IconX size={14} /></button></div>}
      {failure && <p className="field-error" role="alert">{failure}</p>}
      <div className="row composer-foot">
        {element && <Button size="compact-sm" variant="subtle" leftSection={<IconPencilBolt size={14} />} title="Suggest a change that can be applied with one click" onClick={() => setSuggesting(true)} data-testid="suggest">{suggestion ? "Change it…" : "Suggest…"}</Button>}
        <span className="spacer" />
        {beside}
        {onCancel && <Button size="compact-sm" variant="default" onClick={onCancel}>Cancel</Button>}
        <Button size="compact-sm" type="submit" disabled={!ready} loading={busy} title={shownKeys("Mod+Enter")} data-testid="comment-send">{send}</Button>
      </div>
      {suggesting && element && <Suggest element={element} begun={suggestion} close={() => setSuggesting(false)} done={(operations) => { setSuggestion(operations.length ? operations : null); setSuggesting(false); if (operations.length && !text.trim()) change("Suggested change"); }} />}
    </form>
  );
}

function useMention(text: string, box: React.RefObject<HTMLTextAreaElement | null>) {
  const people = useThreads((s) => s.members);
  const listId = useId();
  const [caret, setCaret] = useState<number | null>(null);
  const [at, setAt] = useState(0);
  const typed = caret === null ? null : typing(text, caret);
  const shown = typed ? matching(people, typed.query).slice(0, MOST) : [];
  const look = () => setCaret(box.current?.selectionStart ?? null);
  const close = () => setCaret(null);
  return {
    listId,
    shown,
    at: Math.min(at, Math.max(0, shown.length - 1)),
    look,
    close,
    replace(name: string): { text: string; caret: number } {
      const from = typed!.from;
      const before = `${text.slice(0, from)}@${name} `;
      close();
      return { text: before + text.slice(caret!).replace(/^ /, ""), caret: before.length };
    },
    onKey(event: React.KeyboardEvent, pick: (person: Member) => void): boolean {
      if (!shown.length) return false;
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step) setAt((i) => (Math.min(i, shown.length - 1) + step + shown.length) % shown.length);
      else if (event.key === "Escape") close();
      else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
        pick(shown[Math.min(at, shown.length - 1)]!);
        setAt(0);
      } else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}
