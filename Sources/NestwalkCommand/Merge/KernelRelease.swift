import Console
import HostMemory

/// A Linux release on the command line, such as 6.12.
struct KernelRelease: ArgumentValue {
  let kernel: MergingKernel
  /// The release as a number that grows with it: 6012 for 6.12.
  let version: Int
  let argument: String

  /// The release whose rules hold where nothing is said.
  static let standard = Self(MergingKernel.current, argument: "6.12")

  private init(_ kernel: MergingKernel, argument: String) {
    self.kernel = kernel
    version = 6012
    self.argument = argument
  }

  init(argument: String) throws(ArgumentValueError) {
    let parts = argument.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]),
      2...99 ~= major, 0...999 ~= minor
    else {
      throw ArgumentValueError("it must be a Linux release such as 6.12")
    }
    kernel = MergingKernel(major: major, minor: minor)
    version = major * 1000 + minor
    self.argument = argument
  }
}
