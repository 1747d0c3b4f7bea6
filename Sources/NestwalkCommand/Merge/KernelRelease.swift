import Console
import HostMemory

/// A Linux release on the command line, such as 6.12.
struct KernelRelease: ArgumentValue {
  let kernel: MergingKernel
  let argument: String

  init(_ kernel: MergingKernel, argument: String) {
    self.kernel = kernel
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
    self.argument = argument
  }
}
