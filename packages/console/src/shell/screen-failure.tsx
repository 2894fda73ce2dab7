import { Component, type ReactNode } from "react";

/** A screen that fails says so instead of leaving an empty page; going elsewhere or reloading helps. */
export class ScreenFailure extends Component<{ readonly children: ReactNode }, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="screen">
        <div className="notice notice-bad" role="alert">
          <strong>{error.name}</strong> {error.message}
        </div>
        <button type="button" className="button" onClick={() => location.reload()}>
          ↻
        </button>
      </div>
    );
  }
}
