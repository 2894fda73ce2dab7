import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { useLanguage } from "../language/language.js";
import { useConnection } from "../server/live.js";
import { icons } from "./icons.js";
import { useTheme } from "./theme.js";

const screens = [
  ["home", "/"],
  ["predict", "/predict"],
  ["models", "/models"],
  ["runs", "/runs"],
  ["data", "/data"],
  ["watch", "/watch"],
  ["audit", "/audit"],
] as const;

/** Navigation, connection, language and theme around every screen. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { say, code, setCode } = useLanguage();
  const [theme, setTheme] = useTheme();
  const [location] = useLocation();
  const main = useFocusOnNavigation(location);
  const { connection } = useConnection();
  return (
    <>
      <a className="button skip" href="#content">
        {say.shell.skip}
      </a>
      <div className="shell">
        <header className="side">
          <Link href="/" className="brand">
            <img src="/mark.svg" width="28" height="28" alt="" />
            Atalaya
          </Link>
          <nav className="nav" aria-label={say.nav.label}>
            {screens.map(([name, address]) => (
              <Link key={name} href={address} aria-current={isCurrent(location, address) ? "page" : undefined}>
                {icons[name]}
                {say.nav[name]}
              </Link>
            ))}
          </nav>
          <div className="side-end">
            <span className="status">
              <span className={`badge badge-${connection === "live" ? "good" : connection === "gone" ? "bad" : "soft"}`}>
                {connection === "gone" ? say.shell.offline : say.shell.live}
              </span>
            </span>
            <div className="row">
              <button
                type="button"
                className="button button-small"
                lang={code === "en" ? "es" : "en"}
                onClick={() => setCode(code === "en" ? "es" : "en")}
              >
                {say.otherLanguage}
              </button>
              <button type="button" className="button button-small" onClick={() => setTheme(theme === "dark" ? "light" : "dark")}>
                {theme === "dark" ? say.shell.light : say.shell.dark}
              </button>
            </div>
          </div>
        </header>
        <div>
          <ConnectionBanner />
          <main id="content" tabIndex={-1} ref={main}>
            {children}
          </main>
        </div>
      </div>
    </>
  );
}

function isCurrent(location: string, address: string): boolean {
  return address === "/" ? location === "/" : location === address || location.startsWith(`${address}/`);
}

/** A screen reader hears the new screen; the first one keeps the focus where the browser puts it. */
function useFocusOnNavigation(location: string) {
  const main = useRef<HTMLElement>(null);
  const screen = location.split("/")[1];
  const before = useRef(screen);
  useEffect(() => {
    if (before.current === screen) return;
    before.current = screen;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [screen]);
  return main;
}

function ConnectionBanner() {
  const { say } = useLanguage();
  const { connection, retry } = useConnection();
  const queries = useQueryClient();
  useEffect(() => {
    if (connection === "live") void queries.resumePausedMutations();
  }, [connection, queries]);
  if (connection !== "gone") return null;
  return (
    <div className="banner" role="alert">
      <span>{say.shell.gone}</span>
      <button type="button" className="button button-small" onClick={retry}>
        {say.shell.retry}
      </button>
    </div>
  );
}
