public import Studies

/// A host behind libvirt, and how it is asked.
public struct LibvirtHost: Sendable {
  /// The URI of the connection; empty for libvirt's own choice.
  public var uri = ""
  /// The library; nothing for the loader's.
  public var library: String?
  /// How many seconds each answer may take.
  public var timeout = 10
  /// For how many seconds samples are taken after the first; 0 for none.
  public var sampledSeconds = 0
  /// The seconds between samples.
  public var interval = 5
  /// Whether a balloon without a statistics period is given one while samples are taken.
  public var allowsWriting = false
  /// The clock: seconds since 1970.
  public var now: @Sendable () -> UInt64
  /// Waits for so many seconds.
  public var wait: @Sendable (Int) -> Void

  /// How often a connection that did not answer is opened anew for the domains that are left.
  private static let reconnections = 3

  /// A host behind a connection.
  public init(
    uri: String, now: @escaping @Sendable () -> UInt64, wait: @escaping @Sendable (Int) -> Void
  ) {
    self.uri = uri
    self.now = now
    self.wait = wait
  }

  /// What the host and its running domains say of themselves.
  ///
  /// Only what concerns the connection itself is an error. A domain that vanishes, refuses or does
  /// not answer is noted among the inventory's problems.
  public func inventory() throws(LibvirtError) -> Inventory {
    var run = LibvirtRun(self)
    try run.connect()
    try run.readHost()
    try run.readDomains()
    if allowsWriting { run.setPeriods() }
    run.readStatistics()
    run.sample()
    run.restorePeriods()
    return run.finish()
  }

  /// Opens a session.
  borrowing func session() throws(LibvirtError) -> LibvirtSession {
    let session = LibvirtSession(library: library, seconds: timeout)
    _ = try session.ask(.connect(uri: uri, writes: allowsWriting))
    return session
  }

  /// Whether the connection leads to this host's own monitors, so that its kernel can be asked too.
  func isLocal(type: String) -> Bool {
    ["QEMU", "CH"].contains(type) && (uri.isEmpty || uri.contains(":///"))
      && !uri.prefix { $0 != ":" }.contains("+ssh")
  }

  /// How often a lost session is replaced.
  var mostReconnections: Int { Self.reconnections }
}
