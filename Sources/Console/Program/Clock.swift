#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The machine's clock.
///
/// The model has none; what is read from a live host is as old as it is.
package enum Clock {
  /// The seconds since 1970.
  package static func seconds() -> UInt64 { UInt64(max(time(nil), 0)) }

  /// Waits for so many seconds.
  package static func wait(_ seconds: Int) {
    var left = UInt32(clamping: seconds)
    while left > 0 { left = sleep(left) }
  }
}

/// What the process was started with beside its arguments.
package enum Environment {
  /// The value of a variable; nothing where it is not set, or empty.
  package static func value(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
