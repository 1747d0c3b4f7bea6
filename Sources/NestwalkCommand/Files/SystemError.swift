#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A call of the operating system that did not succeed.
struct SystemError: Error, Equatable, CustomStringConvertible {
  /// What was tried, as the start of a sentence.
  let attempt: String
  /// The number by which the system tells the reason.
  let code: Int32

  /// The failure of the call that was made last.
  init(_ attempt: String, code: Int32 = errno) {
    self.attempt = attempt
    self.code = code
  }

  /// The failure as a sentence.
  var description: String {
    "\(attempt): \(unsafe String(cString: strerror(code)))."
  }
}
