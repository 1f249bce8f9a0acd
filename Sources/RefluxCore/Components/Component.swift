/// Something a recipe can name, such as a model, a loss, a sampler or a strategy.
///
/// ```yaml
/// loss: { type: kl, temperature: 2 }     # `type` is `name`, the rest is `Options`
/// ```
public protocol Component: SendableMetatype {
  associatedtype Options: ComponentOptions = NoOptions
  /// What recipes call it: lowercase words joined by hyphens.
  static var name: String { get }
  /// One sentence for `reflux list`.
  static var summary: String { get }
  init(_ options: Options, _ context: inout BuildContext) throws
}

/// What a component may use while it is being built, beyond its own options.
public struct BuildContext {
  public var seed: UInt64
  public var task: (any Task)?
  /// Where weights are put.
  public var backend: any Backend
  /// Relative paths in a recipe start here.
  public var directory: String
  /// Knows checkpoints by name, such as those of a hub; `nil`: a checkpoint is a path.
  public var checkpoints: CheckpointFinder?
  /// The directory whose `config.json` a model follows instead of the one beside its weights: how an adapter that was
  /// trained for other outputs than the checkpoint's finds its model again.
  public var configuration: String?
  /// Whether frozen weights may stay in the type that their checkpoint has, and in its file; what is trained is float32.
  public var keepsStoredTypes = false
  public init(
    seed: UInt64 = 0, task: (any Task)? = nil, backend: any Backend = ReferenceBackend.shared, directory: String = ".",
    checkpoints: CheckpointFinder? = nil
  ) {
    (self.seed, self.task, self.backend, self.directory) = (seed, task, backend, directory)
    self.checkpoints = checkpoints
  }

  /// Where a path that a recipe gives leads.
  public func path(_ written: String) -> String {
    written.hasPrefix("/") || directory == "." ? written : directory + "/" + written
  }

  /// The directory of a checkpoint that a recipe names: a path, or a name that ``checkpoints`` knows.
  ///
  /// - Throws: What the finder throws: there is no such checkpoint, or it cannot be fetched.
  public func checkpoint(_ written: String) throws -> String {
    let path = path(written)
    return try checkpoints?(written, path) ?? path
  }
}

/// Says where a checkpoint's files are: given what was written and the path it would be, returns a directory.
public typealias CheckpointFinder = (_ name: String, _ path: String) throws -> String
