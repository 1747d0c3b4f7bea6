/// Why libvirt gave no answer.
public enum LibvirtError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The library can't be loaded; the loader says why.
  case noLibrary(String)
  /// The library lacks a function.
  case noFunction(String)
  /// libvirt refused, with the number of its error and its sentence.
  case refused(code: Int, String)
  /// No answer came in time.
  case late(seconds: Int)
  /// There was no memory for a session.
  case noMemory

  /// What went wrong, and what helps.
  public var description: String {
    switch self {
    case .noLibrary(let reason):
      "libvirt can't be loaded (\(reason)); install the package libvirt0 (Debian, Ubuntu) or libvirt-libs"
        + " (Fedora, RHEL), or name the library in NESTWALK_LIBVIRT. Without it, “nestwalk"
        + " capture-script” captures a host for “nestwalk import TAR”."
    case .noFunction(let name):
      "this libvirt has no function \(name); it must be of release 5.4 or newer"
    case .refused(_, let message): "libvirt says: \(message)"
    case .late(let seconds):
      "no answer came within \(seconds) s; --timeout sets how long to wait"
    case .noMemory: "there is no memory for a session with libvirt; free some"
    }
  }

  /// Whether libvirt says that a domain is gone (VIR_ERR_NO_DOMAIN), or not running any more
  /// (VIR_ERR_OPERATION_INVALID).
  var isGone: Bool {
    if case .refused(42, _) = self { return true }
    if case .refused(55, _) = self { return true }
    return false
  }

  /// Whether the session is lost with this answer.
  var isLate: Bool {
    if case .late = self { return true }
    return false
  }
}
