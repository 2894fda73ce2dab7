import { useEffect } from "react";
import { Link, useLocation } from "wouter";
import { Empty, Loaded } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { useOverview } from "../server/answers.js";

/** Links to the same screen of every pipeline; without one chosen goes on to the first. */
export function PipelineTabs({ screen, chosen }: { readonly screen: string; readonly chosen: string | null }) {
  const { say } = useLanguage();
  const overview = useOverview();
  const [, navigate] = useLocation();
  const first = overview.data?.pipelines[0]?.name;
  useEffect(() => {
    if (chosen === null && first !== undefined) navigate(`/${screen}/${encodeURIComponent(first)}`, { replace: true });
  }, [chosen, first, navigate, screen]);
  return (
    <Loaded query={overview}>
      {({ pipelines }) =>
        pipelines.length === 0 ? (
          <NoPipeline />
        ) : (
          <nav className="tabs" aria-label={say.shell.pipeline}>
            {pipelines.map(({ name }) => (
              <Link
                key={name}
                className="tab"
                href={`/${screen}/${encodeURIComponent(name)}`}
                aria-current={name === chosen ? "page" : undefined}
              >
                {name}
              </Link>
            ))}
          </nav>
        )
      }
    </Loaded>
  );
}

/** An empty installation says what to do first. */
export function NoPipeline() {
  const { say } = useLanguage();
  return (
    <Empty title={say.home.emptyTitle}>
      <p>{say.home.emptyText}</p>
      <code>atalaya init my-model --from rows.csv</code>
    </Empty>
  );
}
