import type { CommentSummary } from "@atalaya/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Elsewhere } from "../design/elsewhere.js";
import { Badge, Card, Loaded, ProblemNotice } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { addresses, keys, useComments } from "../server/answers.js";
import { send } from "../server/ask.js";
import { lastName, NameField, rememberName } from "./name-field.js";

const LONGEST = 10_000;
/** A longer comment scrolls in a frame of its own. */
const LONG = 1_500;

/** What people said of a version and of its model, and a form to say more. */
export function CommentsCard({ pipeline, version }: { readonly pipeline: string; readonly version: number }) {
  const { say } = useLanguage();
  const comments = useComments(pipeline, version);
  return (
    <Card title={say.models.comments} aside={<span className="soft small">{say.models.commentsText}</span>}>
      <div className="stack stack-wide">
        <Loaded query={comments}>{(found) => <CommentList comments={found} />}</Loaded>
        <CommentForm pipeline={pipeline} version={version} />
      </div>
    </Card>
  );
}

function CommentList({ comments }: { readonly comments: readonly CommentSummary[] }) {
  const { say } = useLanguage();
  if (comments.length === 0) return <p className="soft">{say.models.noComments}</p>;
  return (
    <ol className="comments">
      {comments.map((comment) => (
        <CommentItem key={comment.id} comment={comment} />
      ))}
    </ol>
  );
}

/** Text of others is text: it is neither markup nor able to turn the letters around it. */
function CommentItem({ comment }: { readonly comment: CommentSummary }) {
  const { say, format } = useLanguage();
  const { who, at, version, text } = comment;
  const isLong = text.length > LONG;
  return (
    <li>
      <p className="row small">
        <strong className="break">
          <bdi>{who}</bdi>
        </strong>
        <time className="soft" dateTime={at}>
          {format.time(at)}
        </time>
        {version === null && <Badge plain>{say.models.ofModel}</Badge>}
      </p>
      <p
        className={isLong ? "comment comment-long" : "comment"}
        dir="auto"
        // What scrolls is reached by keyboard.
        {...(isLong ? { tabIndex: 0, role: "region", "aria-label": say.models.comment } : {})}
      >
        {text}
      </p>
    </li>
  );
}

function CommentForm({ pipeline, version }: { readonly pipeline: string; readonly version: number }) {
  const { say } = useLanguage();
  const queries = useQueryClient();
  const [who, setWho] = useState(lastName);
  const [text, setText] = useState("");
  const address = addresses.comments(pipeline);
  const adding = useMutation({
    mutationFn: () => send(address, { version, text: text.trim(), ...(who.trim() === "" ? {} : { who: who.trim() }) }),
    onSuccess: () => {
      setText("");
      return queries.invalidateQueries({ queryKey: keys.comments(pipeline, version) });
    },
  });
  const submit = (): void => {
    rememberName(who);
    if (text.trim() !== "") adding.mutate();
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label className="field">
        <span className="label">{say.models.comment}</span>
        <textarea
          className="input"
          value={text}
          required
          maxLength={LONGEST}
          dir="auto"
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div className="comment-form">
        <NameField name={who} onChange={setWho} />
        <div className="actions">
          <button type="submit" className="button button-primary" disabled={text.trim() === "" || adding.isPending}>
            {say.models.addComment}
          </button>
          <Elsewhere
            address={address}
            body={{ version, text: "…" }}
            command={`atalaya models comment ${pipeline} ${version} "…"`}
          />
        </div>
      </div>
      {adding.isSuccess && (
        <p className="notice notice-good" role="status">
          {say.models.commentAdded}
        </p>
      )}
      {adding.error !== null && <ProblemNotice error={adding.error} />}
    </form>
  );
}
