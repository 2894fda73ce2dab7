import "./design/tokens.css";
import "./design/design.css";
import "./shell/shell.css";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { LanguageProvider } from "./language/language.js";
import { ProblemAnswer } from "./server/ask.js";
import { LiveProvider } from "./server/live.js";
import { Screens } from "./shell/screens.js";
import { Shell } from "./shell/shell.js";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server refused it refuses again; what did not arrive may arrive.
      retry: (count, error) => !(error instanceof ProblemAnswer && error.status < 500) && count < 3,
      retryDelay: 1_000,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

const place = document.getElementById("page");
if (place === null) throw new Error("The document has no place for the page.");

createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <CSPProvider disableStyleElements>
          <LiveProvider>
            <Shell>
              <Screens />
            </Shell>
          </LiveProvider>
        </CSPProvider>
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
