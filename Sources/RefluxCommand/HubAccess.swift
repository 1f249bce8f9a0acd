import RefluxCore
import RefluxHub
import RefluxText
import RefluxTrain

/// Models by name for the commands: fetched with a display on standard error.
final class HubAccess {
  let hub: Hub
  /// What has been looked up: in one run a name means one commit.
  private var directories: [String: String] = [:]

  init(quiet: Bool = false) {
    let display = DownloadDisplay(on: .standardError(), quiet: quiet)
    var hub = Hub(HubSettings()) { event in
      display.observe(event)
      // Where signals are watched, they stop a download too; what is there is kept.
      if Interruption.signals.isWanted {
        display.clear()
        throw Failure("interrupted; the next time the download goes on where it stopped", .interrupted)
      }
    }
    hub.hasTokenizer = TokenizerLoader().finds
    self.hub = hub
  }

  /// A directory as it is; otherwise the model of that name.
  func directory(of model: String) throws -> String { try directory(of: model, at: model) }

  private func directory(of name: String, at path: String) throws -> String {
    if let known = directories[name] { return known }
    let directory = try hub.directory(of: name, at: path)
    directories[name] = directory
    return directory
  }

  /// What ``BuildContext`` asks.
  var finder: CheckpointFinder { directory(of:at:) }
}
