#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A call of the operating system that did not succeed.
package struct SystemError: Error, Equatable, CustomStringConvertible {
  /// What was tried, as the start of a sentence.
  package let attempt: String
  /// The number by which the system tells the reason.
  package let code: Int32

  /// The failure of the call that was made last.
  package init(_ attempt: String) { self.init(attempt, code: errno) }

  /// A failure whose reason is known.
  package init(_ attempt: String, code: Int32) {
    self.attempt = attempt
    self.code = code
  }

  /// The failure as a sentence.
  package var description: String {
    "\(attempt): \(unsafe String(cString: strerror(code)))."
  }
}
