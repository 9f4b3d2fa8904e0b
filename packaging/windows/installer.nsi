; Hostkeep's installer for one user, without admin rights. Made by `cargo xtask windows`:
;   makensis -DVERSION=0.1.0 -DPROGRAMS=folder -DICON=file.ico -DSETUP=setup.exe installer.nsi
; Silent: /S, another folder: /D=C:\folder (last, unquoted), nothing on the Path: /NOPATH, no Start menu: /NOSHORTCUT.
; Exit codes: 0 done, 1 cancelled, 2 failed or Hostkeep is running.

Target amd64-unicode
Unicode true
ManifestDPIAware true
ManifestSupportedOS Win10
RequestExecutionLevel user
SetCompressor /SOLID lzma

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "path.nsh"

!define NAME "Hostkeep"
!define PUBLISHER "The Hostkeep authors"
!define WINDOW "hostkeep-window.exe"
!define CONSOLE "hostkeep.exe"
; The same as the window's identifier: the Start menu's entry gives notifications their name and icon.
!define APP_ID "io.github.hostkeep"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define WEBVIEW2 "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

Name "${NAME}"
OutFile "${SETUP}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "${NAME} ${VERSION}"

VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "CompanyName" "${PUBLISHER}"
VIAddVersionKey "LegalCopyright" "${PUBLISHER}"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\${WINDOW}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

!insertmacro HostkeepPath ""
!insertmacro HostkeepPath "un."

; A program that runs cannot be replaced: said before anything is changed, not in the middle.
!macro RefuseIfInUse FILE
  ${If} ${FileExists} "$INSTDIR\${FILE}"
    ClearErrors
    FileOpen $0 "$INSTDIR\${FILE}" a
    ${If} ${Errors}
      MessageBox MB_ICONSTOP "$INSTDIR\${FILE} is running or cannot be written. Close ${NAME} and start again." /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Section
  SetShellVarContext current
  !insertmacro RefuseIfInUse "${WINDOW}"
  !insertmacro RefuseIfInUse "${CONSOLE}"
  SetOutPath "$INSTDIR"
  ClearErrors
  File "${PROGRAMS}/${WINDOW}"
  File "${PROGRAMS}/${CONSOLE}"
  File "${PROGRAMS}/WebView2Loader.dll"
  File "${PROGRAMS}/hostkeep.png"
  File "${PROGRAMS}/LICENSE-APACHE.txt"
  File "${PROGRAMS}/LICENSE-MIT.txt"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    MessageBox MB_ICONSTOP "${NAME} cannot be written to $INSTDIR." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}

  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/NOSHORTCUT" $R1
  ${If} ${Errors}
    CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\${WINDOW}"
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/NOPATH" $R1
  ${If} ${Errors}
    Push "add"
    Call HostkeepPath
  ${EndIf}

  ; What Explorer shows as the sender of notifications, with or without a Start menu entry.
  WriteRegStr HKCU "Software\Classes\AppUserModelId\${APP_ID}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "Software\Classes\AppUserModelId\${APP_ID}" "IconUri" "$INSTDIR\hostkeep.png"

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\${WINDOW}"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "${PUBLISHER}"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0

  ; The window needs Microsoft's WebView2 Runtime, which Windows 11 has and Windows Server may not have.
  SetRegView 32
  ReadRegStr $0 HKLM "SOFTWARE\${WEBVIEW2}" "pv"
  SetRegView 64
  ${If} $0 == ""
    ReadRegStr $0 HKCU "Software\${WEBVIEW2}" "pv"
  ${EndIf}
  ${If} $0 == ""
  ${OrIf} $0 == "0.0.0.0"
    DetailPrint "Microsoft's WebView2 Runtime is not installed. The window needs it; the console program does not."
    MessageBox MB_ICONINFORMATION "${NAME}'s window needs Microsoft's WebView2 Runtime, which this computer lacks. Install the Evergreen Standalone Installer from https://developer.microsoft.com/microsoft-edge/webview2 (it needs no network). The console program works without it." /SD IDOK
  ${EndIf}
SectionEnd

; Settings, logs, passwords and the archive are the user's and stay.
Section "Uninstall"
  SetShellVarContext current
  !insertmacro RefuseIfInUse "${WINDOW}"
  !insertmacro RefuseIfInUse "${CONSOLE}"
  Push "remove"
  Call un.HostkeepPath
  Delete "$SMPROGRAMS\${NAME}.lnk"
  Delete "$INSTDIR\${WINDOW}"
  Delete "$INSTDIR\${CONSOLE}"
  Delete "$INSTDIR\WebView2Loader.dll"
  Delete "$INSTDIR\hostkeep.png"
  Delete "$INSTDIR\LICENSE-APACHE.txt"
  Delete "$INSTDIR\LICENSE-MIT.txt"
  Delete "$INSTDIR\uninstall.exe"
  ; Only when nothing else lies in it.
  RMDir "$INSTDIR"
  DeleteRegKey HKCU "Software\Classes\AppUserModelId\${APP_ID}"
  DeleteRegKey HKCU "${UNINSTALL}"
SectionEnd
