import { lazy, Suspense } from "react";
import { Link, Route, Switch } from "wouter";
import { Empty } from "../design/parts.js";
import { Home } from "../home/home.js";
import { useLanguage } from "../language/language.js";
import { ScreenFailure } from "./screen-failure.js";

const Predict = lazy(async () => ({ default: (await import("../predict/predict-screen.js")).PredictScreen }));
const Models = lazy(async () => ({ default: (await import("../models/models-screen.js")).ModelsScreen }));
const Compare = lazy(async () => ({ default: (await import("../models/compare-screen.js")).CompareScreen }));
const Version = lazy(async () => ({ default: (await import("../models/version-screen.js")).VersionScreen }));
const Runs = lazy(async () => ({ default: (await import("../runs/runs-screen.js")).RunsScreen }));
const Run = lazy(async () => ({ default: (await import("../runs/run-screen.js")).RunScreen }));
const Data = lazy(async () => ({ default: (await import("../data/data-screen.js")).DataScreen }));
const Batch = lazy(async () => ({ default: (await import("../data/batch-screen.js")).BatchScreen }));
const Watch = lazy(async () => ({ default: (await import("../watch/watch-screen.js")).WatchScreen }));
const Audit = lazy(async () => ({ default: (await import("../audit/audit-screen.js")).AuditScreen }));

/** Which screen an address is; each but the first is loaded when it is asked for. */
export function Screens() {
  return (
    <ScreenFailure>
      <Suspense fallback={<Waiting />}>
        <Switch>
          <Route path="/">
            <Home />
          </Route>
          <Route path="/predict/:pipeline?">{({ pipeline }) => <Predict pipeline={pipeline ?? null} />}</Route>
          <Route path="/models/:pipeline/compare/:versions">
            {({ pipeline, versions }) => <Compare pipeline={pipeline} versions={versions} />}
          </Route>
          <Route path="/models/:pipeline/:version">
            {({ pipeline, version }) => <Version key={`${pipeline} ${version}`} pipeline={pipeline} version={Number(version)} />}
          </Route>
          <Route path="/models/:pipeline?">{({ pipeline }) => <Models pipeline={pipeline ?? null} />}</Route>
          <Route path="/runs/:run">{({ run }) => <Run key={run} run={run} />}</Route>
          <Route path="/runs">
            <Runs />
          </Route>
          <Route path="/data/batches/:batch">{({ batch }) => <Batch key={batch} batch={batch} />}</Route>
          <Route path="/data/:pipeline?">{({ pipeline }) => <Data pipeline={pipeline ?? null} />}</Route>
          <Route path="/watch/:pipeline?">{({ pipeline }) => <Watch pipeline={pipeline ?? null} />}</Route>
          <Route path="/audit">
            <Audit />
          </Route>
          <Route>
            <Nowhere />
          </Route>
        </Switch>
      </Suspense>
    </ScreenFailure>
  );
}

function Waiting() {
  const { say } = useLanguage();
  return (
    <div className="screen">
      <div className="skeleton" role="status">
        <span className="hidden-visually">{say.shell.loading}</span>
      </div>
    </div>
  );
}

function Nowhere() {
  const { say } = useLanguage();
  return (
    <div className="screen">
      <Empty title={say.shell.notFound}>
        <Link className="button" href="/">
          {say.shell.toHome}
        </Link>
      </Empty>
    </div>
  );
}
