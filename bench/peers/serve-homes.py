"""An XGBoost model of home prices served with FastAPI, as teams usually write it (one DataFrame per request, shap) or tuned
(--tuned: no pandas, in-place prediction by one thread, pred_contribs). serve-homes.py CSV [--tuned]; prints its address.
With DATABASE_URL each prediction is inserted there. Needs fastapi, uvicorn, xgboost, pandas, shap, prometheus-client and,
for the database, psycopg with psycopg-pool."""
import csv, json, os, socket, sys
import numpy as np

TUNED = "--tuned" in sys.argv
FEATURES = ["bed", "bath", "acre_lot", "house_size", "total_rooms", "bath_per_bed", "size_per_room", "size_per_bed",
            "log_size", "log_acre", "state"]
SQL = "INSERT INTO peer_predictions (model, features, prediction) VALUES (%s, %s, %s)"


def derived(bed, bath, acre, size, state):
    rooms = bed + bath
    return [bed, bath, acre, size, rooms, bath / (bed + 1), size / (rooms + 1), size / (bed + 1), np.log1p(size), np.log1p(acre), state]


def train(path):
    import xgboost as xgb
    with open(path) as file:
        rows = list(csv.DictReader(file))
    number = lambda name: np.array([float(r[name]) if r[name] else np.nan for r in rows])
    target = np.log1p(number("price"))
    states = np.array([r["state"] for r in rows])
    codes = {s: float(target[states == s].mean()) for s in np.unique(states)}
    x = np.column_stack(derived(number("bed"), number("bath"), number("acre_lot"), number("house_size"), np.array([codes[s] for s in states])))
    model = xgb.XGBRegressor(n_estimators=100, max_depth=6, learning_rate=0.1, tree_method="hist").fit(x, target)
    return model, codes, float(target.mean())


def make_app(path):
    import pandas as pd, shap, xgboost as xgb
    from contextlib import asynccontextmanager
    from fastapi import FastAPI
    from prometheus_client import Counter, Histogram
    from pydantic import BaseModel, Field
    model, codes, mean = train(path)
    booster = model.get_booster()
    if TUNED:
        booster.set_param({"nthread": 1})
    explainer = None if TUNED else shap.TreeExplainer(model)
    pool = None
    if os.environ.get("DATABASE_URL"):
        import psycopg, psycopg_pool
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS peer_predictions (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), model text, features jsonb, prediction float8)")
        pool = psycopg_pool.ConnectionPool(os.environ["DATABASE_URL"], min_size=2, max_size=10, open=False)
    requests = Counter("requests_total", "requests", ["endpoint"])
    latency = Histogram("request_seconds", "latency", ["endpoint"])

    class Home(BaseModel):
        bed: float | None = Field(None, ge=0)
        bath: float | None = Field(None, ge=0)
        acre_lot: float | None = Field(None, ge=0)
        house_size: float | None = Field(None, ge=0)
        state: str

    def frame(home):
        f = pd.DataFrame([home.model_dump()]).astype({c: float for c in ("bed", "bath", "acre_lot", "house_size")})
        state = f["state"].map(codes).fillna(mean)
        return pd.DataFrame(dict(zip(FEATURES, derived(f["bed"], f["bath"], f["acre_lot"], f["house_size"], state))))

    def matrix(home):
        nan = float("nan")
        v = [nan if q is None else q for q in (home.bed, home.bath, home.acre_lot, home.house_size)]
        return np.array([derived(*(np.float64(q) for q in v), codes.get(home.state, mean))])

    features = matrix if TUNED else frame
    infer = booster.inplace_predict if TUNED else model.predict

    def one(home: Home):
        with latency.labels("predict").time():
            requests.labels("predict").inc()
            price = float(np.expm1(infer(features(home)))[0])
            if pool:
                with pool.connection() as connection:
                    connection.execute(SQL, ("homes", home.model_dump_json(), price))
            return {"prediction": price, "model_version": "1"}

    def why(home: Home):
        with latency.labels("explain").time():
            requests.labels("explain").inc()
            x = features(home)
            if explainer:
                values, base = explainer.shap_values(x)[0].tolist(), float(np.ravel(explainer.expected_value)[0])
            else:
                c = booster.predict(xgb.DMatrix(x, nthread=1), pred_contribs=True)[0]
                values, base = c[:-1].tolist(), float(c[-1])
            return {"base_value": base, "shap_values": dict(zip(FEATURES, values))}

    @asynccontextmanager
    async def life(_):
        if pool:
            pool.open(wait=True)
        yield
        if pool:
            pool.close()

    def on_loop(function):  # tuned: no hand-over to a thread, unless a database would block the loop
        async def call(home: Home):
            return function(home)
        call.__annotations__ = {"home": Home}
        return call

    app = FastAPI(lifespan=life)
    wrap = on_loop if TUNED and not pool else (lambda function: function)
    app.post("/predict")(wrap(one))
    app.post("/explain")(wrap(why))
    app.get("/health")(lambda: {"status": "ok"})
    return app


if __name__ == "__main__":
    import uvicorn
    app = make_app(sys.argv[1])
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}", "pid": os.getpid()}), flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])
