/// The script that captures a host where nothing may be installed.
///
/// It needs a POSIX shell and tar, reads only, and needs no root: what it may not read is left out.
public enum CaptureScript {
  /// The script.
  public static var text: String {
    let takes = WantedFiles.patterns.map { "take /\($0)\n" }.joined()
    return head + takes + tail
  }

  private static let head = """
    #!/bin/sh
    # Captures what a host says of its memory and of its virtual machines, for “nestwalk import”.
    #
    #     sh capture.sh > host.tar
    #
    # Reads /proc, /sys, the control groups and, where libvirt is there, “virsh” on a read-only
    # connection; writes one tar archive to standard output. It changes nothing, and leaves
    # out what its user may not read. LIBVIRT_DEFAULT_URI chooses another libvirt.
    set -u
    LC_ALL=C
    export LC_ALL
    if [ -t 1 ]; then
      echo "the archive goes to standard output: sh $0 > host.tar" >&2
      exit 2
    fi
    folder=$(mktemp -d) || exit 1
    trap 'rm -rf "$folder"' EXIT
    trap 'exit 1' HUP INT TERM

    # Copies files, each to its own path below the folder. The kernel's files have no size, so that they
    # are read and not copied.
    take() {
      for file in "$@"; do
        [ -f "$file" ] && [ -r "$file" ] || continue
        mkdir -p "$folder${file%/*}"
        cat "$file" > "$folder$file" 2> /dev/null || rm -f "$folder$file"
      done
    }

    mkdir "$folder/capture"
    uname -m > "$folder/capture/machine"
    date +%s > "$folder/capture/second"

    """

  private static let tail = """

    # Every running domain in a folder by its UUID, so that no name becomes a path.
    if command -v virsh > /dev/null 2>&1; then
      mkdir "$folder/virsh"
      virsh -r domstats --state --balloon --vcpu > "$folder/virsh/domstats" 2> /dev/null
      virsh -r list --uuid 2> /dev/null | while read -r domain; do
        [ -n "$domain" ] || continue
        to=$folder/virsh/domains/$domain
        mkdir -p "$to"
        virsh -r dumpxml "$domain" > "$to/dumpxml" 2> /dev/null < /dev/null
        virsh -r dommemstat "$domain" > "$to/dommemstat" 2> /dev/null < /dev/null
      done
    fi

    cd "$folder" && tar -cf - -- *

    """
}
