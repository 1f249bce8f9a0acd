import Foundation

/// Where progress is shown: a terminal that a line can be redrawn on, or anything else.
struct Terminal {
  /// Whether a line can be redrawn.
  var isInteractive: Bool
  /// Whether colours are welcome.
  var hasColour: Bool
  /// Columns of a line; asked for each time, because windows change.
  var width: () -> Int
  var write: (String) -> Void
  /// Seconds since some moment.
  var now: () -> Double

  /// Standard error, as it is; `NO_COLOR` (no-color.org) and `TERM=dumb` are respected.
  static func standardError(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> Terminal {
    let isInteractive = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
    return Terminal(
      isInteractive: isInteractive,
      hasColour: isInteractive && (environment["NO_COLOR"] ?? "").isEmpty,
      width: {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
      },
      write: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) },
      now: { ProcessInfo.processInfo.systemUptime })
  }
}
