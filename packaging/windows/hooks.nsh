; What the installer that Tauri makes on Windows does beside its own work.

!include "${__FILEDIR__}\path.nsh"
!insertmacro HostkeepPath ""
!insertmacro HostkeepPath "un."

!macro NSIS_HOOK_POSTINSTALL
  Push "add"
  Call HostkeepPath
!macroend

!macro NSIS_HOOK_PREUNINSTALL
  ; An update keeps it.
  ${If} $UpdateMode <> 1
    Push "remove"
    Call un.HostkeepPath
  ${EndIf}
!macroend
